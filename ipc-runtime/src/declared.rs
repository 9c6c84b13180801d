//! Exceptions that a schema declares: results that say, when they are there, that the method failed.

use std::error::Error;

use crate::exception::{Exception, ExceptionKind};
use crate::message::{StructBuilder, StructReader};

/// The exception that a method's own error becomes, with the error as its source. The method is named as in the schema, with
/// its interface and a dot before it.
pub fn declared(error: impl Error + Send + Sync + 'static, method: &'static str) -> Exception {
    Exception::with_source(ExceptionKind::Declared, error).in_method(method)
}

impl StructReader<'_> {
    /// Fails if the text at `index` is there, even empty: it is what went wrong.
    ///
    /// # Errors
    ///
    /// The declared exception, or text that cannot be read.
    pub fn throw(&self, index: u16, field: &'static str) -> Result<(), Exception> {
        if self.is_null(index) {
            return Ok(());
        }
        let message = self.text(index, field)?;
        Err(Exception::from_peer(ExceptionKind::Declared, message))
    }
}

impl StructBuilder<'_> {
    /// Writes what a handler failed with as a declared exception.
    ///
    /// # Errors
    ///
    /// The exception itself if its kind has a form of its own on the wire, which says more.
    pub fn declare(&mut self, index: u16, exception: Exception) -> Result<(), Exception> {
        match exception.kind() {
            ExceptionKind::Overloaded | ExceptionKind::Unimplemented => Err(exception),
            _ => {
                self.set_text(index, exception.message());
                Ok(())
            }
        }
    }
}
