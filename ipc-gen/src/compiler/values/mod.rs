//! Values: of defaults, constants and annotations.

mod fill;
mod fit;
mod source;

use std::rc::Rc;

use super::Compiler;
use super::diagnostic::{Diagnostic, Location};
use super::node::{Body, Node, Struct, Value};
use super::pointer::{Object, Pointer};
use super::resolve::Context;
use super::syntax::Expression;
use super::types::{Named, Type};

/// A value that says by itself what it is. Whether that is what is wanted is another matter.
#[derive(Clone, Debug)]
enum Plain {
    Void,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(Rc<[u8]>),
    Data(Rc<[u8]>),
    Enum { id: u64, value: u16 },
    List { ty: Type, object: Rc<Pointer> },
    Struct { ty: Named, object: Rc<Pointer> },
    AnyPointer,
}

/// How values are worked out.
#[derive(Clone, Copy)]
struct Evaluation<'a> {
    context: &'a Context,
    /// Whether values behind pointers are known yet.
    first_step: bool,
}

impl Compiler<'_> {
    /// The value that an expression has as one of a type. None: it has none, which was reported.
    pub(super) fn value(
        &mut self,
        expression: &Expression,
        ty: &Type,
        context: &Context,
        first_step: bool,
    ) -> Option<Value> {
        let evaluation = Evaluation {
            context,
            first_step,
        };
        self.prepare(ty);
        let plain = self.evaluate(expression, ty, evaluation)?;
        Some(fit::convert(plain, ty))
    }

    /// Compiles what a type names. The official compiler does so before it looks at a value, and as soon as a
    /// group is there; in which order declarations are compiled decides in which order names are told.
    fn prepare(&mut self, ty: &Type) {
        match ty {
            Type::List(element) => self.prepare(element),
            Type::Enum(named) | Type::Struct(named) | Type::Interface(named) => {
                if let Some(decl) = self.by_id.get(&named.id).copied() {
                    self.compile(decl);
                }
            }
            _ => {}
        }
    }

    fn evaluate(
        &mut self,
        expression: &Expression,
        ty: &Type,
        evaluation: Evaluation<'_>,
    ) -> Option<Plain> {
        let at = self.at(evaluation.context.decl, expression.span);
        if !self.budget.descend() {
            self.too_deep(at);
            return None;
        }
        let plain = self.evaluate_as(expression, ty, evaluation, at);
        self.budget.ascend();
        plain
    }

    fn evaluate_as(
        &mut self,
        expression: &Expression,
        ty: &Type,
        evaluation: Evaluation<'_>,
        at: Location,
    ) -> Option<Plain> {
        if let Type::Parameter(_) | Type::MethodParameter(_) = ty {
            self.report(
                Diagnostic::new(at, "there are no values of a type parameter")
                    .help("only where the parameter is bound its values are known"),
            );
            return None;
        }
        let mut plain = self.say(expression, ty, evaluation)?;
        if self.fits(&mut plain, ty, at) {
            return Some(plain);
        }
        // A value can stand for a struct by its first field.
        if let Type::Struct(named) = ty
            && let Some(node) = self.struct_node(named.id)
            && let Body::Struct(body) = &node.body
            && let Some(first) = body.fields.first()
            && let super::node::FieldKind::Slot { ty: inner, .. } = &first.kind
            && self.fits(&mut plain, &inner.bind(&named.brand), at)
        {
            let mut object = self.new_struct(body, at)?;
            fill::set_field(&mut object, body, first, plain, &inner.bind(&named.brand));
            return Some(Plain::Struct {
                ty: named.clone(),
                object: Rc::new(Pointer::Struct(object)),
            });
        }
        self.mismatch(at, ty);
        None
    }

    fn mismatch(&mut self, at: Location, ty: &Type) {
        let message = format!("expected a value of type {}", self.name_of(ty));
        let problem = Diagnostic::new(at, message);
        self.report(match how_to_write(ty) {
            Some(help) => problem.help(help),
            None => problem,
        });
    }

    /// The node of a struct or group.
    fn struct_node(&mut self, id: u64) -> Option<Rc<Node>> {
        if let Some(decl) = self.by_id.get(&id).copied() {
            return self.compile(decl);
        }
        self.nodes.get(&id).cloned()
    }

    /// Room for a struct. None: there is too much of it.
    fn new_struct(&mut self, body: &Struct, at: Location) -> Option<Object> {
        let words = u64::from(body.data_words) + 3 * u64::from(body.pointers);
        if !self.budget.spend(words + 1) {
            self.too_much(at);
            return None;
        }
        Some(Object::new(body.data_words, body.pointers))
    }

    /// The name of a type, for messages.
    fn name_of(&self, ty: &Type) -> String {
        let declared = |named: &Named| match self.by_id.get(&named.id) {
            Some(decl) => self.decl(*decl).syntax.name.text.clone(),
            None => "a group".to_owned(),
        };
        match ty {
            Type::List(element) => format!("List({})", self.name_of(element)),
            Type::Enum(named) | Type::Struct(named) | Type::Interface(named) => declared(named),
            Type::Parameter(_) | Type::MethodParameter(_) => "AnyPointer".to_owned(),
            other => format!("{other:?}"),
        }
    }
}

/// How values of a type are written.
fn how_to_write(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Void => "its only value is `void`",
        Type::Bool => "its values are `true` and `false`",
        Type::Int8 | Type::Int16 | Type::Int32 | Type::Int64 => "write a whole number",
        Type::UInt8 | Type::UInt16 | Type::UInt32 | Type::UInt64 => {
            "write a whole number that is not negative"
        }
        Type::Float32 | Type::Float64 => "write a number, `inf` or `nan`",
        Type::Text => "write `\"text\"`",
        Type::Data => "write `0x\"00 ff\"`, or text",
        Type::List(_) => "write `[one, another]`",
        Type::Enum(_) => "write the name of one of its values",
        Type::Struct(_) => "write `(field = value)`",
        Type::Interface(_) | Type::Capability => "objects have no values; leave it out",
        _ => return None,
    })
}
