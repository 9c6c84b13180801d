//! Steps through the tokens of a statement or of an item of a list.

use crate::compiler::diagnostic::Span;
use crate::compiler::syntax::{Name, Number};
use crate::compiler::token::{Token, TokenKind};

/// A place between tokens. Copies are free, to look ahead with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [Token],
    /// Where the tokens end, for complaints about what is missing there.
    end: Span,
    /// The last token that was taken.
    last: Span,
}

impl<'a> Cursor<'a> {
    /// At the first of these tokens, which are all of what stands at `whole`.
    pub(super) fn new(tokens: &'a [Token], whole: Span) -> Self {
        let end = tokens.last().map_or(whole, |token| Span {
            start: token.span.end,
            end: token.span.end,
        });
        Self {
            rest: tokens,
            end,
            last: whole,
        }
    }

    pub(super) fn peek(&self) -> Option<&'a TokenKind> {
        self.rest.first().map(|token| &token.kind)
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// Where the next token stands, or would.
    pub(super) fn here(&self) -> Span {
        self.rest.first().map_or(self.end, |token| token.span)
    }

    /// From here to the last token.
    pub(super) fn remainder(&self) -> Span {
        self.rest
            .last()
            .map_or(self.end, |last| self.here().to(last.span))
    }

    /// Where the token stands that was taken last.
    pub(super) fn last(&self) -> Span {
        self.last
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.last = first.span;
        Some(first)
    }

    pub(super) fn identifier(&mut self) -> Option<Name> {
        let TokenKind::Identifier(text) = self.peek()? else {
            return None;
        };
        let span = self.take()?.span;
        Some(Name {
            text: text.clone(),
            span,
        })
    }

    pub(super) fn integer(&mut self) -> Option<Number> {
        let TokenKind::Integer(value) = *self.peek()? else {
            return None;
        };
        let span = self.take()?.span;
        Some(Number { value, span })
    }

    /// Takes a string: the text of a path.
    pub(super) fn path(&mut self) -> Option<Name> {
        let TokenKind::String(text) = self.peek()? else {
            return None;
        };
        let text = String::from_utf8_lossy(text).into_owned();
        let span = self.take()?.span;
        Some(Name { text, span })
    }

    /// Whether the next token is this word.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(TokenKind::Identifier(text)) if text == word)
    }

    /// Whether the next token is this operator.
    pub(super) fn is_operator(&self, operator: &str) -> bool {
        matches!(self.peek(), Some(TokenKind::Operator(text)) if text == operator)
    }

    /// Takes this word, if it is next.
    pub(super) fn word(&mut self, word: &str) -> bool {
        self.is_word(word) && self.take().is_some()
    }

    /// Takes this operator, if it is next.
    pub(super) fn operator(&mut self, operator: &str) -> bool {
        self.is_operator(operator) && self.take().is_some()
    }
}
