//! Values of structs and lists, from those of their parts.

use std::rc::Rc;

use super::fit::{convert, to_pointer};
use super::{Evaluation, Plain};
use crate::compiler::Compiler;
use crate::compiler::diagnostic::{Diagnostic, Location};
use crate::compiler::node::{Body, Field, FieldKind, Node, Struct, Value};
use crate::compiler::pointer::{DataList, ElementSize, Object, Pointer, StructList};
use crate::compiler::suggest::choice;
use crate::compiler::syntax::{Argument, Expression, ExpressionKind};
use crate::compiler::types::{Brand, Named, Room, Type};

/// The number of bits of a union's number, as a power of two.
const DISCRIMINANT: u32 = 4;

impl Compiler<'_> {
    /// Sets the named fields of a struct or group.
    pub(super) fn fill(
        &mut self,
        object: &mut Object,
        body: &Struct,
        brand: &Brand,
        arguments: &[Argument],
        evaluation: Evaluation<'_>,
    ) {
        for argument in arguments {
            let at = self.at(evaluation.context.decl, argument.value.span);
            let Some(name) = &argument.name else {
                if !matches!(argument.value.kind, ExpressionKind::Broken) {
                    self.report(
                        Diagnostic::new(at, "the value has no name before it")
                            .help("name the field: `(field = value)`"),
                    );
                }
                continue;
            };
            let Some(field) = body.fields.iter().find(|field| field.name == name.text) else {
                let at = self.at(evaluation.context.decl, name.span);
                let message = format!("the struct has no field `{}`", name.text);
                let mut problem = Diagnostic::new(at, message);
                let fields = body.fields.iter().map(|field| &field.name);
                if let Some(help) = choice(&name.text, "field", fields) {
                    problem = problem.help(help);
                }
                self.report(problem);
                continue;
            };
            match &field.kind {
                FieldKind::Slot { ty, .. } => {
                    let ty = ty.bind(brand);
                    self.prepare(&ty);
                    if let Some(plain) = self.evaluate(&argument.value, &ty, evaluation) {
                        set_field(object, body, field, plain, &ty);
                    }
                }
                FieldKind::Group(id) => {
                    if let Some(node) = self.nodes.get(id).cloned() {
                        select(object, body, field);
                        self.fill_group(object, &node, brand, &argument.value, evaluation);
                    }
                }
            }
        }
    }

    fn fill_group(
        &mut self,
        object: &mut Object,
        node: &Rc<Node>,
        brand: &Brand,
        value: &Expression,
        evaluation: Evaluation<'_>,
    ) {
        let Body::Struct(body) = &node.body else {
            return;
        };
        self.clear_group(object, body);
        if let ExpressionKind::Tuple(arguments) = &value.kind {
            if self.budget.descend() {
                self.fill(object, body, brand, arguments, evaluation);
                self.budget.ascend();
            } else {
                self.too_deep(self.at(evaluation.context.decl, value.span));
            }
            return;
        }
        // A value can stand for a group by its first field.
        let at = self.at(evaluation.context.decl, value.span);
        let ty = Type::Struct(Named {
            id: node.id,
            brand: brand.clone(),
        });
        if let Some(first) = body.fields.first() {
            let Some(mut plain) = self.say(value, &ty, evaluation) else {
                return;
            };
            if let FieldKind::Slot { ty, .. } = &first.kind {
                let ty = ty.bind(brand);
                if self.fits(&mut plain, &ty, at) {
                    set_field(object, body, first, plain, &ty);
                    return;
                }
            }
        }
        self.report(
            Diagnostic::new(at, "expected the fields of a group")
                .help("name them: `(field = value)`"),
        );
    }

    /// Sets a group to its defaults, and the union in it, if there is one, to its first member.
    fn clear_group(&mut self, object: &mut Object, body: &Struct) {
        for field in &body.fields {
            if field.discriminant.is_some_and(|number| number != 0) {
                continue;
            }
            select(object, body, field);
            match &field.kind {
                FieldKind::Slot { offset, ty, .. } => {
                    self.prepare(ty);
                    match ty.room() {
                        Room::None => {}
                        Room::Data(size) => object.set_bits(size, *offset, 0),
                        Room::Pointer => object.set_pointer(*offset, Rc::new(Pointer::Null)),
                    }
                }
                FieldKind::Group(id) => {
                    if let Some(node) = self.nodes.get(id).cloned()
                        && let Body::Struct(body) = &node.body
                    {
                        self.clear_group(object, body);
                    }
                }
            }
        }
    }

    /// The list of some values.
    pub(super) fn list(
        &mut self,
        elements: &[Rc<Expression>],
        ty: &Type,
        evaluation: Evaluation<'_>,
        at: Location,
    ) -> Option<Pointer> {
        if let Type::Struct(named) = ty {
            return self.struct_list(elements, ty, named, evaluation, at);
        }
        if let Type::AnyPointer
        | Type::AnyStruct
        | Type::AnyList
        | Type::Capability
        | Type::Parameter(_)
        | Type::MethodParameter(_) = ty
        {
            self.report(Diagnostic::new(
                at,
                "there are no values of lists of just any pointers",
            ));
            return None;
        }
        let mut values = Vec::new();
        for element in elements {
            let plain = self.evaluate(element, ty, evaluation);
            values.push(match plain {
                Some(plain) => convert(plain, ty),
                None => Value::default_of(ty),
            });
        }
        if !self.budget.spend(values.len() as u64) {
            self.too_much(at);
            return None;
        }
        let Some(size) = element_size(ty) else {
            return Some(Pointer::Pointers(values.iter().map(to_pointer).collect()));
        };
        Some(Pointer::Data(DataList {
            size,
            count: u32::try_from(values.len()).unwrap_or(u32::MAX),
            bytes: pack(&values, size).into(),
        }))
    }

    fn struct_list(
        &mut self,
        elements: &[Rc<Expression>],
        ty: &Type,
        named: &Named,
        evaluation: Evaluation<'_>,
        at: Location,
    ) -> Option<Pointer> {
        let node = self.struct_node(named.id)?;
        let Body::Struct(body) = &node.body else {
            return None;
        };
        let mut objects = Vec::new();
        for element in elements {
            let mut object = self.new_struct(body, at)?;
            if let Some(plain) = self.evaluate(element, ty, evaluation)
                && let Some((_, given)) = plain.into_object()
            {
                // One from a file can be of another size.
                for (place, word) in object.data.iter_mut().zip(given.data) {
                    *place = word;
                }
                for (place, pointer) in object.pointers.iter_mut().zip(given.pointers) {
                    *place = pointer;
                }
            }
            objects.push(object);
        }
        Some(Pointer::Structs(StructList {
            data_words: body.data_words,
            pointers: body.pointers,
            elements: objects,
        }))
    }
}

/// Puts a value that fits into a field.
pub(super) fn set_field(
    object: &mut Object,
    body: &Struct,
    field: &Field,
    plain: Plain,
    bound: &Type,
) {
    let FieldKind::Slot {
        offset,
        ty,
        default,
        ..
    } = &field.kind
    else {
        return;
    };
    select(object, body, field);
    let value = convert(plain, bound);
    match ty.room() {
        Room::None => {}
        Room::Data(size) => {
            // On the wire zero stands for the default.
            let default = default.get().map_or(0, Value::bits);
            object.set_bits(size, *offset, value.bits() ^ default);
        }
        Room::Pointer => object.set_pointer(*offset, to_pointer(&value)),
    }
}

/// Makes a field the member of the union that is there, if it is in one.
fn select(object: &mut Object, body: &Struct, field: &Field) {
    if let (Some(number), Some((_, offset))) = (field.discriminant, body.union) {
        object.set_bits(DISCRIMINANT, offset, number.into());
    }
}

fn element_size(ty: &Type) -> Option<ElementSize> {
    match ty.room() {
        Room::None => Some(ElementSize::Void),
        Room::Data(0) => Some(ElementSize::Bit),
        Room::Data(3) => Some(ElementSize::Byte),
        Room::Data(4) => Some(ElementSize::TwoBytes),
        Room::Data(5) => Some(ElementSize::FourBytes),
        Room::Data(_) => Some(ElementSize::EightBytes),
        Room::Pointer => None,
    }
}

fn pack(values: &[Value], size: ElementSize) -> Vec<u8> {
    let bits = values.iter().map(Value::bits);
    let width = match size {
        ElementSize::Void => return Vec::new(),
        ElementSize::Bit => {
            let mut bytes = vec![0_u8; values.len().div_ceil(8)];
            for (index, bit) in bits.enumerate() {
                if let Some(byte) = bytes.get_mut(index / 8) {
                    *byte |= u8::from(bit != 0) << (index % 8);
                }
            }
            return bytes;
        }
        _ => usize::try_from(size.bits() / 8).unwrap_or_default(),
    };
    bits.flat_map(|bits| bits.to_le_bytes().into_iter().take(width))
        .collect()
}
