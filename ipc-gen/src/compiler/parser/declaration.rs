//! What can be declared in files, structs and interfaces alike.

use super::cursor::Cursor;
use super::{Parsed, Parser};
use crate::compiler::diagnostic::Span;
use crate::compiler::syntax::{
    Application, Declaration, DeclarationKind, ExpressionKind, Name, Number, Target, Targets,
};
use crate::compiler::token::{Token, TokenKind};

/// What a keyword begins.
const KEYWORDS: &str = "`using`, `const`, `enum`, `struct`, `interface` or `annotation`";

/// A declaration without members, annotations or comments.
pub(super) fn declaration(name: Name, kind: DeclarationKind) -> Declaration {
    Declaration {
        name,
        id: None,
        ordinal: None,
        parameters: Vec::new(),
        annotations: Vec::new(),
        docs: None,
        nested: Vec::new(),
        kind,
        span: Span::default(),
        whole: Span::default(),
    }
}

impl Parser<'_> {
    /// Reads a declaration that begins with a keyword.
    pub(super) fn general(&mut self, mut cursor: Cursor<'_>) -> Parsed<Declaration> {
        let start = cursor;
        let keyword = cursor.identifier().unwrap_or_default();
        match keyword.text.as_str() {
            "using" => self.using(cursor),
            "const" => self.constant(cursor),
            "enum" => {
                let (name, id) = self.head(&mut cursor)?;
                self.tail(cursor, name, id, Vec::new(), DeclarationKind::Enum)
            }
            "struct" => {
                let (name, id) = self.head(&mut cursor)?;
                let parameters = self.names(&mut cursor, false);
                self.tail(cursor, name, id, parameters, DeclarationKind::Struct)
            }
            "interface" => self.interface(cursor),
            "annotation" => self.annotation_declaration(cursor),
            _ => Err(self.expected(start, KEYWORDS)),
        }
    }

    fn using(&mut self, mut cursor: Cursor<'_>) -> Parsed<Declaration> {
        let mut ahead = cursor;
        let mut name = ahead.identifier();
        if name.is_some() && ahead.operator("=") {
            cursor = ahead;
        } else {
            name = None;
        }
        let target = self.expression(&mut cursor)?;
        let name = match (name, &target.kind) {
            (Some(name), _) => name,
            (None, ExpressionKind::Member { name, .. }) => name.clone(),
            (None, _) => {
                let problem = self.problem(target.span, "this gives no name to use");
                self.report(problem.help("write `using Name = …`"));
                Name::default()
            }
        };
        self.finish(cursor, declaration(name, DeclarationKind::Using(target)))
    }

    fn constant(&mut self, mut cursor: Cursor<'_>) -> Parsed<Declaration> {
        let (name, id) = self.head(&mut cursor)?;
        self.require(&mut cursor, ":")?;
        let ty = self.expression(&mut cursor)?;
        self.require(&mut cursor, "=")?;
        let value = self.expression(&mut cursor)?;
        let kind = DeclarationKind::Const { ty, value };
        self.tail(cursor, name, id, Vec::new(), kind)
    }

    fn interface(&mut self, mut cursor: Cursor<'_>) -> Parsed<Declaration> {
        let (name, id) = self.head(&mut cursor)?;
        let parameters = self.names(&mut cursor, false);
        let mut superclasses = Vec::new();
        if cursor.word("extends") {
            let Some(TokenKind::Parenthesized(items)) = cursor.peek() else {
                return Err(self.expected(cursor, "interfaces in parentheses"));
            };
            cursor.take();
            let found = self.items(items, cursor.last(), Self::expression);
            superclasses = found.into_iter().flatten().collect();
        }
        let kind = DeclarationKind::Interface { superclasses };
        self.tail(cursor, name, id, parameters, kind)
    }

    fn annotation_declaration(&mut self, mut cursor: Cursor<'_>) -> Parsed<Declaration> {
        let (name, id) = self.head(&mut cursor)?;
        let Some(TokenKind::Parenthesized(items)) = cursor.peek() else {
            return Err(self.expected(cursor, "what can be annotated, in parentheses"));
        };
        cursor.take();
        let targets = self.targets(items, cursor.last());
        self.require(&mut cursor, ":")?;
        let ty = self.expression(&mut cursor)?;
        let kind = DeclarationKind::Annotation { ty, targets };
        self.tail(cursor, name, id, Vec::new(), kind)
    }

    fn targets(&mut self, items: &[Vec<Token>], list: Span) -> Targets {
        let mut targets = Targets::default();
        let names = self.items(items, list, |parser, cursor| {
            if cursor.operator("*") {
                return Ok(Name {
                    text: "*".to_owned(),
                    span: cursor.last(),
                });
            }
            parser.name(cursor)
        });
        for name in names.into_iter().flatten() {
            if name.text == "*" {
                if items.len() > 1 {
                    let problem = self.problem(name.span, "`*` stands for all targets already");
                    self.report(problem.help("leave out the others, or the `*`"));
                }
                for (_, target) in Target::ALL {
                    targets.insert(target);
                }
            } else if let Some(target) = Target::by_name(&name.text) {
                if targets.contains(target) {
                    let problem = self.problem(name.span, "the target stands here twice");
                    self.report(problem);
                }
                targets.insert(target);
            } else {
                let known: Vec<_> = Target::ALL.iter().map(|(name, _)| *name).collect();
                let message = format!("`{}` is nothing that can be annotated", name.text);
                let problem = self.problem(name.span, message);
                self.report(problem.help(format!("the targets are {}, and `*`", known.join(", "))));
            }
        }
        targets
    }

    /// Reads a name and, if there is one, an id.
    fn head(&mut self, cursor: &mut Cursor<'_>) -> Parsed<(Name, Option<Number>)> {
        let name = self.name(cursor)?;
        Ok((name, self.id(cursor)?))
    }

    /// Reads the annotations with which a declaration ends.
    fn tail(
        &mut self,
        mut cursor: Cursor<'_>,
        name: Name,
        id: Option<Number>,
        parameters: Vec<Name>,
        kind: DeclarationKind,
    ) -> Parsed<Declaration> {
        let annotations: Vec<Application> = self.annotations(&mut cursor)?;
        let declaration = Declaration {
            id,
            parameters,
            annotations,
            ..declaration(name, kind)
        };
        self.finish(cursor, declaration)
    }

    pub(super) fn require(&mut self, cursor: &mut Cursor<'_>, operator: &str) -> Parsed<()> {
        if cursor.operator(operator) {
            return Ok(());
        }
        Err(self.expected(*cursor, &format!("`{operator}`")))
    }
}
