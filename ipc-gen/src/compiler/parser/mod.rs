//! From statements to the syntax tree.

mod cursor;
mod declaration;
mod expression;
mod member;

use std::rc::Rc;

use super::diagnostic::{Diagnostic, FileId, Location, Reporter, Span};
use super::syntax::{Application, Declaration, DeclarationKind, File, Name, Number};
use super::token::{Statement, Token, TokenKind};
use cursor::Cursor;

/// Ids have their highest bit set, so that nobody invents them.
const LOWEST_ID: u64 = 1 << 63;

/// Reads a file's statements. What cannot be read is reported and left out.
pub(super) fn parse(statements: &[Statement], file: FileId, reporter: &mut Reporter) -> File {
    let mut parser = Parser { file, reporter };
    let broken = !parser.reporter.is_empty();
    let mut id: Option<Number> = None;
    let mut docs = None;
    let mut annotations = Vec::new();
    let mut nested = Vec::new();
    for statement in statements {
        let mut cursor = Cursor::new(&statement.tokens, statement.span);
        if cursor.is_operator("@") {
            let Some(number) = parser.naked_id(cursor, statement) else {
                continue;
            };
            if let Some(first) = id {
                let problem = parser.problem(number.span, "the file has an id already");
                let first = parser.at(first.span);
                parser.report(problem.related(first, "the first one"));
            } else {
                id = Some(number);
                docs = statement.docs.clone();
            }
        } else if cursor.is_operator("$") {
            annotations.extend(parser.annotation(&mut cursor));
            parser.end(cursor);
            parser.no_block(statement);
        } else {
            let declaration = parser.statement(statement, Level::File);
            nested.extend(declaration.map(Rc::new));
        }
    }
    if id.is_none() && !broken && parser.reporter.is_empty() {
        let suggestion = suggest_id(statements);
        let problem = parser.problem(Span::default(), "the file has no id");
        parser.report(problem.help(format!("make this its first line: @{suggestion:#018x};")));
    }
    File {
        root: Rc::new(Declaration {
            name: Name::default(),
            id,
            ordinal: None,
            parameters: Vec::new(),
            annotations,
            docs,
            nested,
            kind: DeclarationKind::File,
            span: Span::default(),
            whole: Span::default(),
        }),
    }
}

/// Where a statement stands, which decides what it can be.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Level {
    File,
    Struct,
    Enum,
    Interface,
}

struct Parser<'a> {
    file: FileId,
    reporter: &'a mut Reporter,
}

/// That something did not parse, which was reported.
struct Broken;

type Parsed<T> = Result<T, Broken>;

impl Parser<'_> {
    /// Reads a statement and the block that belongs to it.
    fn statement(&mut self, statement: &Statement, level: Level) -> Option<Declaration> {
        let cursor = Cursor::new(&statement.tokens, statement.span);
        let parsed = match level {
            Level::File => self.general(cursor),
            Level::Struct => self.struct_member(cursor),
            Level::Enum => self.enumerant(cursor),
            Level::Interface => self.interface_member(cursor),
        };
        let mut declaration = parsed.ok()?;
        declaration.docs.clone_from(&statement.docs);
        declaration.span = statement.span;
        declaration.whole = statement.whole;
        match (inside(&declaration.kind), &statement.block) {
            (Some(level), Some(block)) => {
                let members = block.iter();
                let members = members.filter_map(|member| self.statement(member, level));
                declaration.nested = members.map(Rc::new).collect();
            }
            (Some(_), None) => {
                let problem = self.problem(statement.span, "the declaration has no block");
                self.report(problem.help("put its members between `{` and `}` after it"));
            }
            (None, _) => self.no_block(statement),
        }
        Some(declaration)
    }

    fn naked_id(&mut self, mut cursor: Cursor<'_>, statement: &Statement) -> Option<Number> {
        let id = self.id(&mut cursor);
        let at_end = self.end(cursor);
        self.no_block(statement);
        id.ok()?.filter(|_| at_end)
    }

    /// Reads `@` and a 64-bit id, if there are any.
    fn id(&mut self, cursor: &mut Cursor<'_>) -> Parsed<Option<Number>> {
        if !cursor.operator("@") {
            return Ok(None);
        }
        let Some(id) = cursor.integer() else {
            return Err(self.expected(*cursor, "a number"));
        };
        if id.value < LOWEST_ID {
            let problem = self.problem(id.span, "this is no id: its highest bit is not set");
            self.report(problem.help("leave the id out, or make one with `capnp id`"));
        }
        Ok(Some(id))
    }

    /// Reads `@` and the number of a member.
    fn ordinal(&mut self, cursor: &mut Cursor<'_>) -> Parsed<Number> {
        if !cursor.operator("@") {
            return Err(self.expected(*cursor, "`@` and a number"));
        }
        let Some(ordinal) = cursor.integer() else {
            return Err(self.expected(*cursor, "a number"));
        };
        if ordinal.value > u64::from(u16::MAX) {
            let problem = self.problem(ordinal.span, "the number is over 65535");
            self.report(problem);
        }
        Ok(ordinal)
    }

    /// Reads all annotations that follow.
    fn annotations(&mut self, cursor: &mut Cursor<'_>) -> Parsed<Vec<Application>> {
        let mut annotations = Vec::new();
        while cursor.is_operator("$") {
            annotations.push(self.annotation(cursor).ok_or(Broken)?);
        }
        Ok(annotations)
    }

    /// Complains unless all tokens were taken.
    fn end(&mut self, cursor: Cursor<'_>) -> bool {
        if !cursor.is_done() {
            let problem = self.problem(cursor.remainder(), "this does not belong here");
            self.report(match crowded_operator(cursor) {
                Some(help) => problem.help(help),
                None => problem,
            });
        }
        cursor.is_done()
    }

    fn finish<T>(&mut self, cursor: Cursor<'_>, value: T) -> Parsed<T> {
        if self.end(cursor) {
            Ok(value)
        } else {
            Err(Broken)
        }
    }

    fn no_block(&mut self, statement: &Statement) {
        if statement.block.is_some() {
            let problem = self.problem(statement.span, "the declaration cannot have a block");
            self.report(problem.help("end it with `;`"));
        }
    }

    /// Reads the items of a list, each to its end.
    fn items<T>(
        &mut self,
        items: &[Vec<Token>],
        list: Span,
        mut read: impl FnMut(&mut Self, &mut Cursor<'_>) -> Parsed<T>,
    ) -> Vec<Option<T>> {
        let mut found = Vec::new();
        for item in items {
            if item.is_empty() {
                let problem = self.problem(list, "there is nothing between two commas");
                self.report(problem);
                found.push(None);
                continue;
            }
            let mut cursor = Cursor::new(item, list);
            let value = read(self, &mut cursor).ok();
            found.push(value.filter(|_| self.end(cursor)));
        }
        found
    }

    /// Reads a list of names in parentheses or brackets, if one follows.
    fn names(&mut self, cursor: &mut Cursor<'_>, bracketed: bool) -> Vec<Name> {
        let items = match (cursor.peek(), bracketed) {
            (Some(TokenKind::Parenthesized(items)), false)
            | (Some(TokenKind::Bracketed(items)), true) => items,
            _ => return Vec::new(),
        };
        cursor.take();
        let names = self.items(items, cursor.last(), Self::name);
        names.into_iter().flatten().collect()
    }

    fn name(&mut self, cursor: &mut Cursor<'_>) -> Parsed<Name> {
        cursor
            .identifier()
            .ok_or_else(|| self.expected(*cursor, "a name"))
    }

    fn at(&self, span: Span) -> Location {
        Location {
            file: self.file,
            span,
        }
    }

    fn problem(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.at(span), message)
    }

    fn expected(&mut self, cursor: Cursor<'_>, what: &str) -> Broken {
        if let Some(TokenKind::Broken) = cursor.peek() {
            return Broken;
        }
        let problem = self.problem(cursor.here(), format!("expected {what}"));
        self.report(match crowded_operator(cursor) {
            Some(help) => problem.help(help),
            None => problem,
        });
        Broken
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.reporter.report(diagnostic);
    }
}

/// Operators that stand together are one, which is easy to overlook.
fn crowded_operator(cursor: Cursor<'_>) -> Option<String> {
    match cursor.peek()? {
        TokenKind::Operator(operator) if operator.len() > 1 && operator != "->" => Some(format!(
            "`{operator}` is read as one sign; put spaces between its parts"
        )),
        _ => None,
    }
}

/// What the block of a declaration holds, if it has one.
fn inside(kind: &DeclarationKind) -> Option<Level> {
    Some(match kind {
        DeclarationKind::Struct | DeclarationKind::Union | DeclarationKind::Group => Level::Struct,
        DeclarationKind::Enum => Level::Enum,
        DeclarationKind::Interface { .. } => Level::Interface,
        _ => return None,
    })
}

/// An id for a file that has none: the same for the same text, so that builds do not differ.
fn suggest_id(statements: &[Statement]) -> u64 {
    super::ids::child_id(0, &format!("{statements:?}"))
}
