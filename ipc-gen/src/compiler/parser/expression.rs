//! Expressions: types, values and names.

use std::rc::Rc;

use super::cursor::Cursor;
use super::{Broken, Parsed, Parser};
use crate::compiler::diagnostic::Span;
use crate::compiler::lexer::MAX_NESTING;
use crate::compiler::syntax::{Application, Argument, Expression, ExpressionKind};
use crate::compiler::token::{Token, TokenKind};

impl Parser<'_> {
    pub(super) fn expression(&mut self, cursor: &mut Cursor<'_>) -> Parsed<Rc<Expression>> {
        let mut expression = self.primary(cursor)?;
        let start = expression.span;
        let mut suffixes = 0;
        loop {
            let kind = if cursor.is_operator(".") {
                cursor.take();
                let name = self.name(cursor)?;
                ExpressionKind::Member {
                    parent: expression,
                    name,
                }
            } else if let Some(TokenKind::Parenthesized(items)) = cursor.peek() {
                cursor.take();
                ExpressionKind::Call {
                    function: expression,
                    arguments: self.arguments(items, cursor.last()),
                }
            } else {
                return Ok(expression);
            };
            suffixes += 1;
            if suffixes > MAX_NESTING {
                let message = format!("more than {MAX_NESTING} parts follow each other");
                let problem = self.problem(cursor.last(), message);
                self.report(problem);
                return Err(Broken);
            }
            expression = Rc::new(Expression {
                kind,
                span: start.to(cursor.last()),
            });
        }
    }

    fn primary(&mut self, cursor: &mut Cursor<'_>) -> Parsed<Rc<Expression>> {
        let at = *cursor;
        let Some(token) = cursor.take() else {
            return Err(self.expected(at, "a type or value"));
        };
        let kind = match &token.kind {
            TokenKind::Broken => ExpressionKind::Broken,
            TokenKind::Integer(value) => ExpressionKind::Positive(*value),
            TokenKind::Float(value) => ExpressionKind::Float(*value),
            TokenKind::Binary(bytes) => ExpressionKind::Binary(bytes.clone()),
            TokenKind::String(first) => {
                let mut text = first.clone();
                // Strings that follow each other are one.
                while let Some(TokenKind::String(next)) = cursor.peek() {
                    text.extend_from_slice(next);
                    cursor.take();
                }
                ExpressionKind::String(text)
            }
            TokenKind::Bracketed(items) => {
                let elements = self.items(items, token.span, Self::expression);
                let elements = elements.into_iter();
                ExpressionKind::List(elements.map(|found| found.unwrap_or_else(broken)).collect())
            }
            TokenKind::Parenthesized(items) => {
                let mut arguments = self.arguments(items, token.span);
                // A single value in parentheses is that value.
                match (arguments.pop(), arguments.is_empty()) {
                    (Some(Argument { name: None, value }), true) => return Ok(value),
                    (last, _) => {
                        arguments.extend(last);
                        ExpressionKind::Tuple(arguments)
                    }
                }
            }
            TokenKind::Operator(operator) => match operator.as_str() {
                "-" => self.negative(cursor)?,
                "." => ExpressionKind::Absolute(self.name(cursor)?),
                _ => return Err(self.expected(at, "a type or value")),
            },
            TokenKind::Identifier(name) => {
                if let ("import" | "embed", Some(TokenKind::String(_))) =
                    (name.as_str(), cursor.peek())
                    && let Some(path) = cursor.path()
                {
                    if name == "import" {
                        ExpressionKind::Import(path)
                    } else {
                        ExpressionKind::Embed(path)
                    }
                } else {
                    ExpressionKind::Relative(name.clone())
                }
            }
        };
        Ok(Rc::new(Expression {
            kind,
            span: token.span.to(cursor.last()),
        }))
    }

    fn negative(&mut self, cursor: &mut Cursor<'_>) -> Parsed<ExpressionKind> {
        let kind = match cursor.peek() {
            Some(TokenKind::Integer(value)) => ExpressionKind::Negative(*value),
            Some(TokenKind::Float(value)) => ExpressionKind::Float(-*value),
            _ if cursor.is_word("inf") => ExpressionKind::Float(f64::NEG_INFINITY),
            _ => return Err(self.expected(*cursor, "a number")),
        };
        cursor.take();
        Ok(kind)
    }

    fn arguments(&mut self, items: &[Vec<Token>], list: Span) -> Vec<Argument> {
        let arguments = self.items(items, list, |parser, cursor| {
            let mut ahead = *cursor;
            let mut name = ahead.identifier();
            if name.is_some() && ahead.operator("=") {
                *cursor = ahead;
            } else {
                name = None;
            }
            let value = parser.expression(cursor)?;
            Ok(Argument { name, value })
        });
        let arguments = arguments.into_iter().map(|argument| {
            argument.unwrap_or_else(|| Argument {
                name: None,
                value: broken(),
            })
        });
        arguments.collect()
    }

    /// Reads `$` and the annotation after it.
    pub(super) fn annotation(&mut self, cursor: &mut Cursor<'_>) -> Option<Application> {
        cursor.take();
        let expression = self.expression(cursor).ok()?;
        // A value after the name was read as if the name were called with it.
        let ExpressionKind::Call {
            function,
            arguments,
        } = &expression.kind
        else {
            return Some(Application {
                name: expression,
                value: None,
            });
        };
        let value = match arguments.as_slice() {
            [Argument { name: None, value }] => Rc::clone(value),
            arguments => {
                let arguments = arguments.iter().map(|argument| Argument {
                    name: argument.name.clone(),
                    value: Rc::clone(&argument.value),
                });
                Rc::new(Expression {
                    kind: ExpressionKind::Tuple(arguments.collect()),
                    span: expression.span,
                })
            }
        };
        Some(Application {
            name: Rc::clone(function),
            value: Some(value),
        })
    }
}

fn broken() -> Rc<Expression> {
    Rc::new(Expression {
        kind: ExpressionKind::Broken,
        span: Span::default(),
    })
}
