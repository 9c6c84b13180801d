//! Members of structs, enums and interfaces.

use std::rc::Rc;

use super::cursor::Cursor;
use super::declaration::declaration;
use super::{Parsed, Parser};
use crate::compiler::syntax::{
    Declaration, DeclarationKind, Expression, Name, Number, Param, ParamList,
};
use crate::compiler::token::TokenKind;

impl Parser<'_> {
    pub(super) fn enumerant(&mut self, mut cursor: Cursor<'_>) -> Parsed<Declaration> {
        let name = self.name(&mut cursor)?;
        let ordinal = self.ordinal(&mut cursor)?;
        self.member(cursor, name, Some(ordinal), DeclarationKind::Enumerant)
    }

    pub(super) fn struct_member(&mut self, cursor: Cursor<'_>) -> Parsed<Declaration> {
        let mut ahead = cursor;
        let Some(name) = ahead.identifier() else {
            return Err(self.expected(cursor, "the name of a field"));
        };
        if ahead.is_operator("@") {
            let ordinal = self.ordinal(&mut ahead)?;
            if is_union(ahead) {
                return self.numbered_union(ahead, name, ordinal);
            }
            self.require(&mut ahead, ":")?;
            let ty = self.expression(&mut ahead)?;
            let default = self.default(&mut ahead)?;
            let kind = DeclarationKind::Field { ty, default };
            return self.member(ahead, name, Some(ordinal), kind);
        }
        if ahead.operator(":") {
            if ahead.word("union") {
                return self.member(ahead, name, None, DeclarationKind::Union);
            }
            if ahead.word("group") {
                return self.member(ahead, name, None, DeclarationKind::Group);
            }
            let problem = self.problem(name.span, "the field has no number");
            self.report(problem.help(format!("write `{} @0 :…`", name.text)));
            return Err(super::Broken);
        }
        if name.text == "union" && ahead.is_done() {
            let unnamed = Name {
                text: String::new(),
                span: name.span,
            };
            return Ok(declaration(unnamed, DeclarationKind::Union));
        }
        self.general(cursor)
    }

    /// Reads a union after its name and number. Both signs after the number must be there by now;
    /// schemas older than 0.3 leave them out.
    fn numbered_union(
        &mut self,
        mut cursor: Cursor<'_>,
        name: Name,
        ordinal: Number,
    ) -> Parsed<Declaration> {
        if !cursor.operator("!") {
            let problem = self.problem(ordinal.span, "unions have no numbers");
            self.report(problem.help(format!(
                "leave it out, or write `@{}!` to stay compatible with a schema that has it",
                ordinal.value
            )));
        }
        if !cursor.operator(":") {
            let problem = self.problem(cursor.here(), "there is no colon before `union`");
            self.report(problem.help("write `:union`"));
        }
        cursor.word("union");
        self.member(cursor, name, Some(ordinal), DeclarationKind::Union)
    }

    pub(super) fn interface_member(&mut self, cursor: Cursor<'_>) -> Parsed<Declaration> {
        let mut ahead = cursor;
        let Some(name) = ahead.identifier() else {
            return Err(self.expected(cursor, "the name of a method"));
        };
        if !ahead.is_operator("@") {
            return self.general(cursor);
        }
        let ordinal = self.ordinal(&mut ahead)?;
        let parameters = self.names(&mut ahead, true);
        let params = self.param_list(&mut ahead)?;
        let results = if ahead.operator("->") {
            Some(self.param_list(&mut ahead)?)
        } else {
            None
        };
        let kind = DeclarationKind::Method { params, results };
        let mut method = self.member(ahead, name, Some(ordinal), kind)?;
        method.parameters = parameters;
        Ok(method)
    }

    fn param_list(&mut self, cursor: &mut Cursor<'_>) -> Parsed<ParamList> {
        if let Some(TokenKind::Parenthesized(items)) = cursor.peek() {
            cursor.take();
            let params = self.items(items, cursor.last(), Self::param);
            return Ok(ParamList::Named(params.into_iter().flatten().collect()));
        }
        if cursor.word("stream") {
            return Ok(ParamList::Stream(cursor.last()));
        }
        if cursor.is_done() {
            return Err(self.expected(*cursor, "parameters in parentheses, or a struct"));
        }
        Ok(ParamList::Struct(self.expression(cursor)?))
    }

    fn param(&mut self, cursor: &mut Cursor<'_>) -> Parsed<Param> {
        let name = self.name(cursor)?;
        self.require(cursor, ":")?;
        Ok(Param {
            name,
            ty: self.expression(cursor)?,
            default: self.default(cursor)?,
            annotations: self.annotations(cursor)?,
        })
    }

    fn default(&mut self, cursor: &mut Cursor<'_>) -> Parsed<Option<Rc<Expression>>> {
        if cursor.operator("=") {
            Ok(Some(self.expression(cursor)?))
        } else {
            Ok(None)
        }
    }

    fn member(
        &mut self,
        mut cursor: Cursor<'_>,
        name: Name,
        ordinal: Option<Number>,
        kind: DeclarationKind,
    ) -> Parsed<Declaration> {
        let annotations = self.annotations(&mut cursor)?;
        let declaration = Declaration {
            ordinal,
            annotations,
            ..declaration(name, kind)
        };
        self.finish(cursor, declaration)
    }
}

/// Whether what follows a member's number makes it a union.
fn is_union(mut cursor: Cursor<'_>) -> bool {
    cursor.operator("!");
    cursor.operator(":");
    cursor.word("union")
}
