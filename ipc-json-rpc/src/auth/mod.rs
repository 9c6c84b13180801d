//! Who may call: HTTP's Basic authentication, with the credentials that bitcoind takes.

mod basic;
mod cookie;
mod salted;

use std::path::Path;
use std::sync::Arc;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use subtle::Choice;

use crate::error::Error;
pub(crate) use cookie::CookieFile;
use salted::Salted;

/// The credentials that a server accepts: any number of users, each with a password.
///
/// Passwords are kept as salted hashes and compared in constant time.
///
/// ```no_run
/// use ipc_json_rpc::Auth;
///
/// let auth = Auth::new()
///     .cookie_file("/run/user/1000/rpc.cookie")?
///     .password("alice", "correct horse battery staple")?;
/// # Ok::<(), ipc_json_rpc::Error>(())
/// ```
#[derive(Debug, Default)]
#[must_use = "credentials do nothing until a server has them"]
pub struct Auth {
    accepted: Vec<Salted>,
    cookies: Vec<CookieFile>,
}

/// The name of who made a request. In the extensions of every request of a server with [`Auth`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User(Arc<str>);

impl User {
    pub(crate) fn named(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// What a request's credentials are worth.
pub(crate) enum Verdict {
    Accepted(User),
    /// There are none.
    Missing,
    Wrong,
}

impl Auth {
    /// Accepts nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a file with a password that nobody has had before, for clients that can read it: `__cookie__:` and 64
    /// hexadecimal digits, as `bitcoin-cli -rpccookiefile` wants it.
    ///
    /// Only the same user can read it. A file that is there is replaced: do not name the one that a node made for
    /// itself. It is removed at the server's end, unless another one has taken its place.
    ///
    /// # Errors
    ///
    /// The system refuses to make it.
    pub fn cookie_file(mut self, path: impl AsRef<Path>) -> Result<Self, Error> {
        let (file, password) = CookieFile::create(path.as_ref())?;
        self.cookies.push(file);
        self.password(cookie::USER, &password)
    }

    /// Accepts this user with this password.
    ///
    /// # Errors
    ///
    /// The name has a colon; the system has no random numbers.
    pub fn password(mut self, user: &str, password: &str) -> Result<Self, Error> {
        if user.contains(':') {
            return Err(Error::User(user.to_owned()));
        }
        self.accepted.push(Salted::new(user, password)?);
        Ok(self)
    }

    /// Accepts a user with the password whose salted hash this is: `USER:SALT$HASH`, in which HASH is the HMAC-SHA256
    /// of the password with the salt's text as the key, in hexadecimal. It is what bitcoind's `-rpcauth` takes.
    ///
    /// # Errors
    ///
    /// It has another form.
    pub fn rpcauth(mut self, entry: &str) -> Result<Self, Error> {
        self.accepted.push(Salted::parse(entry)?);
        Ok(self)
    }

    /// The files that have to go with the server.
    pub(crate) fn take_cookies(&mut self) -> Vec<CookieFile> {
        std::mem::take(&mut self.cookies)
    }

    /// Looks at all that is accepted, whichever it is, so that the time that it takes does not tell.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Verdict {
        let Some(header) = headers.get(AUTHORIZATION) else {
            return Verdict::Missing;
        };
        let Some((user, password)) = basic::credentials(header.as_bytes()) else {
            return Verdict::Wrong;
        };
        let mut accepted = Choice::from(0);
        for salted in &self.accepted {
            accepted |= salted.matches(&user, &password);
        }
        match (bool::from(accepted), String::from_utf8(user)) {
            (true, Ok(name)) => Verdict::Accepted(User::named(&name)),
            _ => Verdict::Wrong,
        }
    }
}
