//! What the lexer makes of a text: statements of tokens.

use super::diagnostic::Span;

/// The smallest piece of meaning. What stands in parentheses or brackets is one token.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum TokenKind {
    Identifier(String),
    /// `"…"`, or a line after a backtick. Escapes can make any bytes.
    String(Vec<u8>),
    /// `0x"…"`.
    Binary(Vec<u8>),
    Integer(u64),
    Float(f64),
    Operator(String),
    /// `(…, …)`.
    Parenthesized(Vec<Vec<Token>>),
    /// `[…, …]`.
    Bracketed(Vec<Vec<Token>>),
    /// A literal with a mistake in it, which was reported.
    Broken,
}

/// Tokens up to a semicolon, or up to and with a block in braces.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) tokens: Vec<Token>,
    pub(super) block: Option<Vec<Statement>>,
    /// The comment right after the semicolon or brace, a line break after each line.
    pub(super) docs: Option<Vec<u8>>,
    /// The tokens, without the block.
    pub(super) span: Span,
    /// All of it, to the end of its block and its comment.
    pub(super) whole: Span,
}
