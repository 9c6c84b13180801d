//! Literals: numbers, strings and bytes.

use super::token::TokenKind;

/// A literal at the start of a text, or why there is none, and how much of the text it takes.
pub(super) struct Literal {
    pub(super) value: Result<TokenKind, &'static str>,
    pub(super) length: usize,
}

/// Reads the literal that a quote, backtick or digit begins.
pub(super) fn read(text: &[u8]) -> Literal {
    match text.first() {
        Some(b'"') => string(text),
        Some(b'`') => line(text),
        _ if text.starts_with(b"0x\"") => bytes(text),
        _ => number(text),
    }
}

fn string(text: &[u8]) -> Literal {
    let mut content = Vec::new();
    let mut wrong = None;
    let mut position = 1;
    loop {
        match text.get(position) {
            Some(b'"') => {
                return Literal {
                    value: wrong.map_or(Ok(TokenKind::String(content)), Err),
                    length: position + 1,
                };
            }
            Some(b'\\') => {
                let escaped = text.get(position + 1..).unwrap_or_default();
                match escape(escaped) {
                    Some((byte, length)) => {
                        content.push(byte);
                        position += 1 + length;
                    }
                    None => {
                        wrong = Some("the string has an escape that means nothing");
                        // Not over the end of the line, where the string ends in any case.
                        position += if matches!(escaped.first(), None | Some(b'\n')) {
                            1
                        } else {
                            2
                        };
                    }
                }
            }
            None | Some(b'\n') => {
                return Literal {
                    value: Err("the string does not end on its line"),
                    length: position,
                };
            }
            Some(byte) => {
                content.push(*byte);
                position += 1;
            }
        }
    }
}

/// What follows a backslash: the byte meant, and the length of the escape.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let first = *text.first()?;
    Some(match first {
        b'a' => (0x07, 1),
        b'b' => (0x08, 1),
        b'f' => (0x0c, 1),
        b'n' => (b'\n', 1),
        b'r' => (b'\r', 1),
        b't' => (b'\t', 1),
        b'v' => (0x0b, 1),
        b'\'' | b'"' | b'\\' | b'?' => (first, 1),
        b'x' => (hex_byte(text.get(1..)?)?, 3),
        b'0'..=b'7' => {
            let digits = text
                .iter()
                .take(3)
                .take_while(|digit| matches!(digit, b'0'..=b'7'));
            // As in C, what is over eight bits is lost.
            digits.fold((0_u8, 0), |(value, length), digit| {
                (value.wrapping_shl(3) | digit.wrapping_sub(b'0'), length + 1)
            })
        }
        _ => return None,
    })
}

/// A line of text after a backtick. Its end is a line feed, whatever it is in the file.
fn line(text: &[u8]) -> Literal {
    let content = text.get(1..).unwrap_or_default();
    let length = content
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'))
        .unwrap_or(content.len());
    let mut content: Vec<u8> = content.iter().take(length).copied().collect();
    content.push(b'\n');
    Literal {
        value: Ok(TokenKind::String(content)),
        length: 1 + length,
    }
}

fn bytes(text: &[u8]) -> Literal {
    let content = text.get(3..).unwrap_or_default();
    let Some(length) = content.iter().position(|byte| *byte == b'"') else {
        let line = text.iter().position(|byte| *byte == b'\n');
        return Literal {
            value: Err("the bytes have no end"),
            length: line.unwrap_or(text.len()),
        };
    };
    let mut read = Vec::new();
    let mut rest = content.get(..length).unwrap_or_default();
    let value = loop {
        rest = rest.trim_ascii_start();
        // Rust's white space has no vertical tab.
        while let Some(after) = rest.strip_prefix(b"\x0b") {
            rest = after.trim_ascii_start();
        }
        if rest.is_empty() {
            break if read.is_empty() {
                Err("there are no bytes here; write \"\" for data without any")
            } else {
                Ok(TokenKind::Binary(read))
            };
        }
        match hex_byte(rest) {
            Some(byte) => read.push(byte),
            None => break Err("bytes are pairs of hexadecimal digits, with space between or not"),
        }
        rest = rest.get(2..).unwrap_or_default();
    };
    Literal {
        value,
        length: 3 + length + 1,
    }
}

fn hex_byte(text: &[u8]) -> Option<u8> {
    let digit = |index: usize| char::from(*text.get(index)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

fn number(text: &[u8]) -> Literal {
    if let Some(literal) = integer(text) {
        return literal;
    }
    let mut length = count(text, 0, |byte| byte.is_ascii_digit());
    if text.get(length) == Some(&b'.') {
        length = count(text, length + 1, |byte| byte.is_ascii_digit());
    }
    if matches!(text.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(length + 1), Some(b'+' | b'-')));
        length = count(text, length + 1 + sign, |byte| byte.is_ascii_digit());
    }
    let whole = count(text, length, continues);
    let digits = text.get(..whole).unwrap_or_default();
    let value = std::str::from_utf8(digits)
        .ok()
        .filter(|_| whole == length)
        .and_then(|digits| digits.parse().ok());
    Literal {
        value: value
            .map(TokenKind::Float)
            .ok_or("this is neither a number nor a name"),
        length: whole,
    }
}

/// An integer, unless the text goes on as a number with a fraction or an exponent.
fn integer(text: &[u8]) -> Option<Literal> {
    let (start, base) = match text {
        [b'0', b'x', digit, ..] if digit.is_ascii_hexdigit() => (2, 16),
        [b'0', ..] => (0, 8),
        _ => (0, 10),
    };
    let length = count(text, start, |byte| char::from(byte).is_digit(base));
    match text.get(length) {
        // To the official compiler this is a number, and then another one.
        Some(next) if next.is_ascii_digit() => Some(Literal {
            value: Err("a number that begins with 0 is of base eight, which has no 8 or 9"),
            length: count(text, length, |byte| byte.is_ascii_digit()),
        }),
        Some(next) if continues(*next) => None,
        _ => {
            let digits = std::str::from_utf8(text.get(start..length)?).ok()?;
            Some(Literal {
                value: u64::from_str_radix(digits, base)
                    .map(TokenKind::Integer)
                    .map_err(|_| "the number does not fit in 64 bits"),
                length,
            })
        }
    }
}

/// Whether a letter directly after a number makes it none.
fn continues(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')
}

fn count(text: &[u8], start: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + rest.iter().take_while(|byte| wanted(**byte)).count()
}
