//! The one error type of the crate.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

/// Why a call, a connection or a process operation did not succeed.
///
/// Cheap to clone, and safe to keep: it holds text, never a connection. [`Exception::kind`] is for
/// programs, [`Display`](fmt::Display) is for people.
///
/// A handler returns an `Exception` to make the caller's call fail. It crosses the wire as a Cap'n
/// Proto exception: failed, overloaded and unimplemented keep their kind, every other kind arrives
/// as failed, since only a broken connection may report itself as disconnected.
#[derive(Clone)]
pub struct Exception(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ExceptionKind,
    message: String,
    method: Option<&'static str>,
    remote: bool,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What an [`Exception`] is about, for code that reacts to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExceptionKind {
    /// The operation was refused or went wrong; the message says how.
    Failed,
    /// A resource is exhausted for now; the same call may succeed later.
    Overloaded,
    /// The connection is gone: closed by either side, broken, or its process died.
    Disconnected,
    /// The peer does not have this interface or method.
    Unimplemented,
    /// The call was abandoned before it finished.
    Cancelled,
    /// A deadline passed.
    TimedOut,
    /// An object or struct was needed where the peer sent null.
    Null,
    /// The method failed in a way that its schema declares.
    Declared,
    /// Bytes that do not mean what the schema says, such as text that is not UTF-8.
    Malformed,
}

impl Exception {
    /// An exception of the given kind.
    pub fn new(kind: ExceptionKind, message: impl fmt::Display) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.to_string(),
            method: None,
            remote: false,
            source: None,
        }))
    }

    /// An exception of kind [`ExceptionKind::Failed`]: what most handlers return.
    ///
    /// ```
    /// use ipc_runtime::Exception;
    ///
    /// let parsed = "x".parse::<u32>().map_err(Exception::failed);
    /// assert_eq!(parsed.unwrap_err().message(), "invalid digit found in string");
    /// ```
    pub fn failed(message: impl fmt::Display) -> Self {
        Self::new(ExceptionKind::Failed, message)
    }

    /// What the exception is about.
    pub fn kind(&self) -> ExceptionKind {
        self.0.kind
    }

    /// The text alone, without the method that it concerns.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The interface whose method was called, as the schema names it.
    pub fn interface(&self) -> Option<&'static str> {
        self.0.method.and_then(|name| name.split('.').next())
    }

    /// The method that was called, as the schema names it.
    pub fn method(&self) -> Option<&'static str> {
        self.0.method.and_then(|name| name.split('.').nth(1))
    }

    /// Whether the other process raised it (true), or this one found it (false).
    pub fn is_remote(&self) -> bool {
        self.0.remote
    }

    /// An exception of kind [`ExceptionKind::Failed`] that keeps the operating system's error as
    /// its [`source`](Error::source).
    pub(crate) fn io(context: impl fmt::Display, error: io::Error) -> Self {
        let mut exception = Self::failed(format_args!("{context}: {error}"));
        exception.edit().source = Some(Arc::new(error));
        exception
    }

    /// An exception that says what `source` says, and keeps it as its [`source`](Error::source).
    pub(crate) fn with_source(
        kind: ExceptionKind,
        source: impl Error + Send + Sync + 'static,
    ) -> Self {
        let mut exception = Self::new(kind, &source);
        exception.edit().source = Some(Arc::new(source));
        exception
    }

    /// Marks an exception as raised by the peer.
    pub(crate) fn from_peer(kind: ExceptionKind, message: impl fmt::Display) -> Self {
        let mut exception = Self::new(kind, message);
        exception.edit().remote = true;
        exception
    }

    /// Names the method that failed; the first name given stays, since it is the closest.
    pub(crate) fn in_method(mut self, name: &'static str) -> Self {
        if self.0.method.is_none() {
            self.edit().method = Some(name);
        }
        self
    }

    /// Says in front of the message where the failure was met.
    pub(crate) fn context(mut self, place: impl fmt::Display) -> Self {
        let inner = self.edit();
        inner.message = format!("{place}: {}", inner.message);
        self
    }

    /// Says behind the message what else is known.
    pub(crate) fn remark(mut self, remark: impl fmt::Display) -> Self {
        let inner = self.edit();
        inner.message = format!("{}; {remark}", inner.message);
        self
    }

    fn edit(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = self.0.method {
            write!(f, "{method}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exception")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("method", &self.0.method)
            .field("remote", &self.0.remote)
            .finish()
    }
}

impl Error for Exception {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

impl From<io::Error> for Exception {
    fn from(error: io::Error) -> Self {
        let mut exception = Self::failed(&error);
        exception.edit().source = Some(Arc::new(error));
        exception
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_the_method_and_the_text() {
        let exception = Exception::failed("no such wallet").in_method("Init.makeWallet");
        assert_eq!(exception.to_string(), "Init.makeWallet: no such wallet");
        assert_eq!(exception.interface(), Some("Init"));
        assert_eq!(exception.method(), Some("makeWallet"));
        assert!(!exception.is_remote());
    }

    #[test]
    fn keeps_the_closest_method() {
        let exception = Exception::failed("x").in_method("A.b").in_method("C.d");
        assert_eq!(exception.interface(), Some("A"));
    }

    #[test]
    fn keeps_the_source() {
        let exception = Exception::from(io::Error::from(io::ErrorKind::NotFound));
        let source = exception
            .source()
            .and_then(|s| s.downcast_ref::<io::Error>());
        assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::NotFound));
    }
}
