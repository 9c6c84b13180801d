//! The header that carries a name and a password.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The name and the password that a header carries. A password may have colons, a name may not.
pub(super) fn credentials(header: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (scheme, encoded) = header.split_at_checked("Basic ".len())?;
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return None;
    }
    let mut user = STANDARD.decode(encoded.trim_ascii()).ok()?;
    let colon = user.iter().position(|byte| *byte == b':')?;
    let password = user.split_off(colon).split_off(1);
    Some((user, password))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Option<(String, String)> {
        let (user, password) = credentials(header.as_bytes())?;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Some((text(user), text(password)))
    }

    #[test]
    fn name_and_password_are_parted_at_the_first_colon() {
        let of = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(read("Basic YTpi"), of("a", "b"));
        assert_eq!(read("basic  YTpiOmM= "), of("a", "b:c"));
        assert_eq!(read("Basic Og=="), of("", ""));
    }

    #[test]
    fn all_else_is_none() {
        for header in [
            "",
            "Basic",
            "Basic ",
            "Basic YWI=",
            "Basic ?",
            "Bearer YTpi",
            "Basic YTpi YTpi",
        ] {
            assert_eq!(read(header), None, "{header}");
        }
    }
}
