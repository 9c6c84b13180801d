//! From text to statements of tokens.

use super::diagnostic::{Diagnostic, FileId, Location, Reporter, Span};
use super::literal;
use super::token::{Statement, Token, TokenKind};

/// How deep parentheses, brackets and braces can stand in each other, and expressions too.
pub(super) const MAX_NESTING: usize = 64;

/// Reads a text. What cannot be read is reported and left out.
pub(super) fn lex(text: &[u8], file: FileId, reporter: &mut Reporter) -> Vec<Statement> {
    let mut lexer = Lexer {
        text,
        position: 0,
        file,
        reporter,
    };
    let mut statements = Vec::new();
    loop {
        lexer.statements(&mut statements, 0);
        if lexer.peek().is_none() {
            return statements;
        }
        let brace = lexer.one_byte();
        lexer.error(brace, "this brace closes nothing");
        lexer.position += 1;
    }
}

pub(super) struct Lexer<'a> {
    text: &'a [u8],
    position: usize,
    file: FileId,
    reporter: &'a mut Reporter,
}

impl<'a> Lexer<'a> {
    /// Reads statements up to the end of the block or of the text.
    fn statements(&mut self, statements: &mut Vec<Statement>, depth: usize) {
        loop {
            self.skip_space();
            match self.peek() {
                None | Some(b'}') => return,
                Some(_) => statements.extend(self.statement(depth)),
            }
        }
    }

    fn statement(&mut self, depth: usize) -> Option<Statement> {
        let start = self.position;
        let mut tokens = Vec::new();
        loop {
            self.token_sequence(&mut tokens, depth);
            let span = self.span_from(start);
            match self.peek() {
                Some(b';') => {
                    self.position += 1;
                    let docs = self.doc_comment();
                    return Some(Statement {
                        tokens,
                        block: None,
                        docs,
                        span,
                        whole: self.span_from(start),
                    });
                }
                Some(b'{') => return self.block(tokens, start, depth),
                Some(b',') => {
                    let comma = self.one_byte();
                    self.error(comma, "a comma belongs between parentheses or brackets");
                    self.position += 1;
                }
                Some(b')' | b']') => {
                    let closing = self.one_byte();
                    self.error(closing, "this closes nothing");
                    self.position += 1;
                }
                Some(b'}') | None => {
                    let end = tokens.last().map_or(span, |last| Span {
                        start: last.span.end.saturating_sub(1),
                        end: last.span.end,
                    });
                    self.report(
                        Diagnostic::new(self.at(end), "the statement has no end")
                            .help("end it with `;`, or with a block in `{` and `}`"),
                    );
                    return None;
                }
                // What is no token has been skipped.
                Some(_) => {}
            }
        }
    }

    fn block(&mut self, tokens: Vec<Token>, start: usize, depth: usize) -> Option<Statement> {
        let span = self.span_from(start);
        let open = self.one_byte();
        self.position += 1;
        let early_docs = self.doc_comment();
        let mut block = Vec::new();
        if depth >= MAX_NESTING {
            self.too_deep(open);
            self.position = self.text.len();
            return None;
        }
        self.statements(&mut block, depth + 1);
        let mut late_docs = None;
        if self.peek() == Some(b'}') {
            self.position += 1;
            late_docs = self.doc_comment();
        } else {
            self.report(
                Diagnostic::new(self.at(open), "this brace is never closed")
                    .help("close the block with `}`"),
            );
        }
        Some(Statement {
            tokens,
            block: Some(block),
            docs: early_docs.or(late_docs),
            span,
            whole: self.span_from(start),
        })
    }

    /// Reads tokens as long as there are any, and skips what can start none.
    fn token_sequence(&mut self, tokens: &mut Vec<Token>, depth: usize) {
        loop {
            self.skip_space();
            let Some(next) = self.peek() else { return };
            if matches!(next, b';' | b'{' | b'}' | b',' | b')' | b']') {
                return;
            }
            tokens.extend(self.token(next, depth));
        }
    }

    fn token(&mut self, next: u8, depth: usize) -> Option<Token> {
        let start = self.position;
        let kind = match next {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let name = self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                TokenKind::Identifier(String::from_utf8_lossy(name).into_owned())
            }
            b'"' | b'`' | b'0'..=b'9' => {
                let literal = literal::read(self.rest());
                self.position += literal.length;
                match literal.value {
                    Ok(kind) => kind,
                    Err(message) => {
                        let span = self.span_from(start);
                        self.error(span, message);
                        TokenKind::Broken
                    }
                }
            }
            b'(' => TokenKind::Parenthesized(self.list(b')', depth)),
            b'[' => TokenKind::Bracketed(self.list(b']', depth)),
            _ if is_operator(next) => {
                let operator = self.take_while(is_operator);
                TokenKind::Operator(String::from_utf8_lossy(operator).into_owned())
            }
            _ => {
                self.skip_unknown(start);
                return None;
            }
        };
        Some(Token {
            kind,
            span: self.span_from(start),
        })
    }

    /// Skips all that stands together and can be no token, to complain of it once.
    fn skip_unknown(&mut self, start: usize) {
        let unknown = self.take_while(|byte| {
            !byte.is_ascii_alphanumeric()
                && !byte.is_ascii_whitespace()
                && !is_operator(byte)
                && !b"_\"`()[]{},;#".contains(&byte)
        });
        let message = match std::str::from_utf8(unknown) {
            Ok(text) => format!("`{}` means nothing here", text.escape_debug()),
            Err(_) => "this is not UTF-8 text".to_owned(),
        };
        let span = self.span_from(start);
        self.error(span, message);
    }

    /// Reads the list that an opening parenthesis or bracket begins.
    fn list(&mut self, close: u8, depth: usize) -> Vec<Vec<Token>> {
        let open = self.one_byte();
        self.position += 1;
        let mut items = Vec::new();
        if depth >= MAX_NESTING {
            self.too_deep(open);
            self.position = self.text.len();
            return items;
        }
        loop {
            let mut item = Vec::new();
            self.token_sequence(&mut item, depth + 1);
            items.push(item);
            match self.peek() {
                Some(b',') => self.position += 1,
                Some(next) if next == close => {
                    self.position += 1;
                    break;
                }
                _ => {
                    let close = char::from(close);
                    self.report(
                        Diagnostic::new(self.at(open), "this is never closed")
                            .help(format!("close it with `{close}`")),
                    );
                    break;
                }
            }
        }
        // Nothing at all is an empty list, and a comma can stand after the last item.
        if items.last().is_some_and(Vec::is_empty) {
            items.pop();
        }
        items
    }

    /// A comment on the same line or on the lines right below.
    fn doc_comment(&mut self) -> Option<Vec<u8>> {
        let start = self.position;
        self.skip_line_space();
        match self.peek() {
            Some(b'\n') => self.position += 1,
            Some(b'\r') => {
                self.position += 1;
                if self.peek() == Some(b'\n') {
                    self.position += 1;
                }
            }
            _ => {}
        }
        let mut docs = Vec::new();
        loop {
            let line = self.position;
            self.skip_line_space();
            if self.peek() != Some(b'#') {
                self.position = line;
                break;
            }
            self.position += 1;
            if self.peek() == Some(b' ') {
                self.position += 1;
            }
            docs.extend_from_slice(self.take_while(|byte| byte != b'\n'));
            docs.push(b'\n');
            if self.peek().is_some() {
                self.position += 1;
            }
        }
        if docs.is_empty() {
            self.position = start;
            return None;
        }
        Some(docs)
    }

    /// Skips white space, comments, and byte order marks.
    fn skip_space(&mut self) {
        loop {
            self.take_while(is_space);
            if self.peek() == Some(b'#') {
                self.take_while(|byte| byte != b'\n');
            } else if self.rest().starts_with(b"\xef\xbb\xbf") {
                self.position += 3;
            } else {
                return;
            }
        }
    }

    fn skip_line_space(&mut self) {
        self.take_while(|byte| is_space(byte) && byte != b'\n' && byte != b'\r');
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !wanted(*byte));
        let (taken, _) = rest.split_at(length.unwrap_or(rest.len()));
        self.position += taken.len();
        taken
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn one_byte(&self) -> Span {
        span(self.position, self.position + 1)
    }

    fn span_from(&self, start: usize) -> Span {
        span(start, self.position)
    }

    fn at(&self, span: Span) -> Location {
        Location {
            file: self.file,
            span,
        }
    }

    fn too_deep(&mut self, open: Span) {
        self.report(
            Diagnostic::new(
                self.at(open),
                format!("this stands inside of more than {MAX_NESTING} others"),
            )
            .help("give the inner parts names of their own; the rest of the file was not read"),
        );
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::new(self.at(span), message));
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.reporter.report(diagnostic);
    }
}

fn span(start: usize, end: usize) -> Span {
    // Files that are too long for this are not read.
    Span {
        start: u32::try_from(start).unwrap_or(u32::MAX),
        end: u32::try_from(end).unwrap_or(u32::MAX),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\x0c' | b'\n' | b'\r' | b'\t' | b'\x0b')
}

fn is_operator(byte: u8) -> bool {
    b"!$%&*+-./:<=>?@^|~".contains(&byte)
}
