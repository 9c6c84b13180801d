//! What an expression says, before it is known whether that is wanted.

use std::rc::Rc;

use super::{Evaluation, Plain};
use crate::compiler::diagnostic::{Diagnostic, Location};
use crate::compiler::node::{Body, Value};
use crate::compiler::pointer::{Object, Pointer};
use crate::compiler::scope::Resolved;
use crate::compiler::suggest::choice;
use crate::compiler::syntax::{DeclarationKind, Expression, ExpressionKind, Name};
use crate::compiler::types::{Named, Type};
use crate::compiler::{Compiler, message};

/// The bits of what `nan` means.
const NAN: u64 = 0x7ff8_0000_0000_0000;

impl Compiler<'_> {
    /// Reads an expression. What it says can depend on the type that is wanted.
    pub(super) fn say(
        &mut self,
        expression: &Expression,
        ty: &Type,
        evaluation: Evaluation<'_>,
    ) -> Option<Plain> {
        let at = self.at(evaluation.context.decl, expression.span);
        Some(match &expression.kind {
            // Reported by the parser.
            ExpressionKind::Broken => return None,
            ExpressionKind::Relative(name) => {
                if let Type::Enum(named) = ty {
                    return self.enumerant(name, named, at);
                }
                return literal_name(name).or_else(|| self.constant(expression, evaluation));
            }
            ExpressionKind::Absolute(_)
            | ExpressionKind::Import(_)
            | ExpressionKind::Call { .. }
            | ExpressionKind::Member { .. } => return self.constant(expression, evaluation),
            ExpressionKind::Embed(path) => return self.embed(path, ty, evaluation, at),
            ExpressionKind::Positive(value) => Plain::Unsigned(*value),
            ExpressionKind::Negative(value) => {
                let Some(value) = 0_i64.checked_sub_unsigned(*value) else {
                    self.report(Diagnostic::new(at, "the number does not fit in 64 bits"));
                    return None;
                };
                Plain::Signed(value)
            }
            ExpressionKind::Float(value) => Plain::Float(*value),
            ExpressionKind::String(text) if *ty == Type::Data => {
                Plain::Data(text.as_slice().into())
            }
            ExpressionKind::String(text) => Plain::Text(text.as_slice().into()),
            ExpressionKind::Binary(bytes) => {
                if *ty != Type::Data {
                    self.mismatch(at, ty);
                    return None;
                }
                Plain::Data(bytes.as_slice().into())
            }
            ExpressionKind::List(elements) => {
                let Type::List(element) = ty else {
                    self.mismatch(at, ty);
                    return None;
                };
                Plain::List {
                    ty: ty.clone(),
                    object: Rc::new(self.list(elements, element, evaluation, at)?),
                }
            }
            ExpressionKind::Tuple(arguments) => {
                let Type::Struct(named) = ty else {
                    self.mismatch(at, ty);
                    return None;
                };
                let node = self.struct_node(named.id)?;
                let Body::Struct(body) = &node.body else {
                    return None;
                };
                let mut object = self.new_struct(body, at)?;
                self.fill(&mut object, body, &named.brand, arguments, evaluation);
                Plain::Struct {
                    ty: named.clone(),
                    object: Rc::new(Pointer::Struct(object)),
                }
            }
        })
    }

    /// The value of an enum that has a name.
    fn enumerant(&mut self, name: &str, ty: &Named, at: Location) -> Option<Plain> {
        let decl = self.by_id.get(&ty.id).copied()?;
        let node = self.compile(decl)?;
        let Body::Enum(enumerants) = &node.body else {
            return None;
        };
        let Some(value) = enumerants.iter().position(|known| known.name == name) else {
            let of = &self.decl(decl).syntax.name.text;
            let mut problem = Diagnostic::new(at, format!("`{of}` has no value `{name}`"));
            let known = enumerants.iter().map(|known| &known.name);
            if let Some(help) = choice(name, "value", known) {
                problem = problem.help(help);
            }
            self.report(problem);
            return None;
        };
        Some(Plain::Enum {
            id: ty.id,
            value: u16::try_from(value).ok()?,
        })
    }

    /// The value of a constant.
    fn constant(&mut self, expression: &Expression, evaluation: Evaluation<'_>) -> Option<Plain> {
        let at = self.at(evaluation.context.decl, expression.span);
        let resolved = self.resolve(expression, evaluation.context)?;
        let (decl, scope) = match &resolved {
            Resolved::Declared { decl, scope }
                if matches!(self.decl(*decl).syntax.kind, DeclarationKind::Const { .. }) =>
            {
                (*decl, scope)
            }
            _ => {
                let message = format!("`{}` is not a constant", expression.text());
                self.report(
                    Diagnostic::new(at, message)
                        .help("write the value itself, or name a `const` that has it"),
                );
                return None;
            }
        };
        if let ExpressionKind::Relative(name) = &expression.kind {
            let outer = self.decl(decl).parent;
            let outer = outer.map_or("", |outer| &self.decl(outer).syntax.name.text);
            let help = format!("write `{outer}.{name}`");
            let message = format!("the constant `{name}` needs what it is declared in before it");
            self.report(Diagnostic::new(at, message).help(help));
        }
        let named = self.named(decl, scope, at);
        let node = if evaluation.first_step {
            self.compile(decl)?
        } else {
            self.finish(decl)?
        };
        let Body::Const { ty, value } = &node.body else {
            return None;
        };
        let ty = ty.bind(&named.brand);
        // What is behind pointers is not known in the first step, and not wanted either.
        let default;
        let value = match value.get() {
            Some(value) => value,
            None => {
                default = Value::default_of(&ty);
                &default
            }
        };
        let plain = to_plain(value, ty);
        if !self.budget.spend(words(&plain)) {
            self.too_much(at);
            return None;
        }
        Some(plain)
    }

    /// The bytes of a file as a value.
    fn embed(
        &mut self,
        path: &Name,
        ty: &Type,
        evaluation: Evaluation<'_>,
        at: Location,
    ) -> Option<Plain> {
        let decl = evaluation.context.decl;
        let importer = self.key_of(decl).to_owned();
        let path_at = self.at(decl, path.span);
        let found = self.sources.find(&importer, &path.text);
        let bytes = match found.as_ref().map(|key| (key, self.sources.read(key))) {
            Some((key, Ok(bytes))) => {
                self.embedded.insert(key.clone());
                bytes
            }
            Some((_, Err(error))) => {
                let message = format!("cannot read `{}`: {error}", path.text);
                self.report(Diagnostic::new(path_at, message));
                return None;
            }
            None => {
                let message = format!("there is no file `{}`", path.text);
                self.report(
                    Diagnostic::new(path_at, message)
                        .help("the path is relative to the folder of this file"),
                );
                return None;
            }
        };
        self.budget.grow(bytes.len());
        match ty {
            Type::Text => Some(Plain::Text(bytes.into())),
            Type::Data => Some(Plain::Data(bytes.into())),
            Type::Struct(named) => {
                let node = self.struct_node(named.id)?;
                let Body::Struct(body) = &node.body else {
                    return None;
                };
                let object = match message::decode(&bytes) {
                    Ok(Pointer::Null) => Object::default(),
                    Ok(Pointer::Struct(object)) => object,
                    Ok(_) | Err(_) => {
                        let message = format!("`{}` is not a message with a struct", path.text);
                        self.report(
                            Diagnostic::new(path_at, message)
                                .help("the file must be a single message, not packed"),
                        );
                        return None;
                    }
                };
                let mut whole = self.new_struct(body, at)?;
                whole.overlay(object);
                let object = Pointer::Struct(whole);
                if !self.budget.spend(object.words()) {
                    self.too_much(at);
                    return None;
                }
                Some(Plain::Struct {
                    ty: named.clone(),
                    object: Rc::new(object),
                })
            }
            _ => {
                self.report(Diagnostic::new(
                    at,
                    "a file can only be embedded as Text, Data or a struct",
                ));
                None
            }
        }
    }
}

/// What a name means that needs no declaration.
fn literal_name(name: &str) -> Option<Plain> {
    Some(match name {
        "void" => Plain::Void,
        "true" => Plain::Bool(true),
        "false" => Plain::Bool(false),
        "nan" => Plain::Float(f64::from_bits(NAN)),
        "inf" => Plain::Float(f64::INFINITY),
        _ => return None,
    })
}

/// A value that is known as one that says by itself what it is.
fn to_plain(value: &Value, ty: Type) -> Plain {
    let object = |object: &Rc<Pointer>, ty: Type| match ty {
        Type::Struct(ty) => Plain::Struct {
            ty,
            object: Rc::clone(object),
        },
        ty @ Type::List(_) => Plain::List {
            ty,
            object: Rc::clone(object),
        },
        _ => Plain::AnyPointer,
    };
    let bytes = |bytes: &Option<Rc<[u8]>>| bytes.clone().unwrap_or_else(|| Rc::from([]));
    match value {
        Value::Void => Plain::Void,
        Value::Bool(value) => Plain::Bool(*value),
        Value::Int8(value) => Plain::Signed((*value).into()),
        Value::Int16(value) => Plain::Signed((*value).into()),
        Value::Int32(value) => Plain::Signed((*value).into()),
        Value::Int64(value) => Plain::Signed(*value),
        Value::UInt8(value) => Plain::Unsigned((*value).into()),
        Value::UInt16(value) => Plain::Unsigned((*value).into()),
        Value::UInt32(value) => Plain::Unsigned((*value).into()),
        Value::UInt64(value) => Plain::Unsigned(*value),
        Value::Float32(value) => Plain::Float((*value).into()),
        Value::Float64(value) => Plain::Float(*value),
        Value::Text(text) => Plain::Text(bytes(text)),
        Value::Data(data) => Plain::Data(bytes(data)),
        // The official compiler takes constants of enums for the numbers of their values.
        Value::Enum(value) => Plain::Unsigned((*value).into()),
        Value::List(pointer) | Value::Struct(pointer) => object(pointer, ty),
        Value::Interface | Value::AnyPointer(_) => Plain::AnyPointer,
    }
}

/// How much a copy of a value takes.
fn words(plain: &Plain) -> u64 {
    match plain {
        Plain::Text(bytes) | Plain::Data(bytes) => bytes.len() as u64 / 8 + 1,
        Plain::List { object, .. } | Plain::Struct { object, .. } => object.words() + 1,
        _ => 1,
    }
}

impl Plain {
    /// The struct that the value is, for lists of such.
    pub(super) fn into_object(self) -> Option<(Named, Object)> {
        let Self::Struct { ty, object } = self else {
            return None;
        };
        match &*object {
            Pointer::Struct(object) => Some((ty, object.clone())),
            _ => Some((ty, Object::default())),
        }
    }
}
