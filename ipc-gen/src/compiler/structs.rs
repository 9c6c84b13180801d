//! Structs: their fields in order, in place, and in groups.

use super::Compiler;
use super::diagnostic::{Diagnostic, Span};
use super::layout::{Ambiguous, Layout, Place, UnionId};
use super::members::{FieldSyntax, Member, MemberKind, Translator};
use super::node::{Body, Field, FieldKind, Node, Struct, Value};
use super::nodes::{Parts, settled};
use super::ordinals::Ordinals;
use super::resolve::Context;
use super::syntax::{Declaration, Expression, ExpressionKind, Param, Target};
use super::tree::DeclId;
use super::types::{Room, Type};

/// The node that fields are compiled for.
#[derive(Clone)]
pub(super) struct Owner {
    pub(super) id: u64,
    pub(super) display_name: String,
    pub(super) generic: bool,
}

impl Compiler<'_> {
    pub(super) fn compile_struct(
        &mut self,
        decl: DeclId,
        context: &Context,
        syntax: &Declaration,
        parts: &mut Parts,
    ) -> Body {
        let found = self.decl(decl);
        let owner = Owner {
            id: found.id,
            display_name: found.display_name.clone(),
            generic: context.scope.is_generic(),
        };
        let mut translator = Translator::new(syntax.name.span);
        translator.scope(&syntax.nested, 0, Place::Top);
        Body::Struct(self.translate(translator, &owner, context, parts))
    }

    /// Compiles parameters or results that are written in place.
    pub(super) fn compile_params(
        &mut self,
        params: &[Param],
        owner: &Owner,
        context: &Context,
        parts: &mut Parts,
    ) -> Struct {
        let span = self.decl(context.decl).syntax.name.span;
        let mut translator = Translator::new(span);
        for (index, param) in params.iter().enumerate() {
            let kind = MemberKind::Field(FieldSyntax {
                ty: &param.ty,
                default: param.default.as_ref(),
                is_param: true,
                place: Place::Top,
            });
            let mut member = Member::new(0, index, param.name.clone(), kind, &param.annotations);
            member.span = param.name.span;
            translator
                .numbered
                .push((index as u64, translator.members.len()));
            translator.members.push(member);
        }
        self.translate(translator, owner, context, parts)
    }

    fn translate(
        &mut self,
        mut translator: Translator<'_>,
        owner: &Owner,
        context: &Context,
        parts: &mut Parts,
    ) -> Struct {
        let file = self.decl(context.decl).file;
        for (span, message) in std::mem::take(&mut translator.problems) {
            let at = self.at(context.decl, span);
            self.report(Diagnostic::new(at, message));
        }
        let mut numbered = std::mem::take(&mut translator.numbered);
        numbered.sort_by_key(|(ordinal, _)| *ordinal);
        let mut ordinals = Ordinals::new(file);
        for (_, index) in numbered {
            if let Some(ordinal) = translator.member(index).ordinal {
                ordinals.check(ordinal, &mut self.reporter);
            }
            translator.enter(index);
            if let MemberKind::Field(field) = translator.member(index).kind {
                match self.slot(field, &mut translator.layout, context, parts) {
                    Ok(slot) => translator.member_mut(index).slot = Some(slot),
                    Err(Ambiguous) => translator.note_ambiguous(index),
                }
            } else if let Some(union) = translator.member(index).union {
                self.add_early_discriminant(&mut translator, union, index, context);
            }
        }
        self.assemble(translator, owner, context, parts)
    }

    /// Takes room for the number of a union where the union's own number says so.
    fn add_early_discriminant(
        &mut self,
        translator: &mut Translator<'_>,
        union: UnionId,
        index: usize,
        context: &Context,
    ) {
        match translator.layout.add_discriminant(union) {
            Ok(true) => {}
            Ok(false) => {
                let member = translator.member(index);
                let span = member.ordinal.map_or(member.span, |ordinal| ordinal.span);
                let at = self.at(context.decl, span);
                self.report(
                    Diagnostic::new(at, "the union's number is above those of several members")
                        .help("only one member can be older than the union"),
                );
            }
            Err(Ambiguous) => translator.note_ambiguous(index),
        }
    }

    fn ambiguous(&mut self, member: &Member<'_>, context: &Context) {
        let at = self.at(context.decl, member.span);
        self.report(
            Diagnostic::new(
                at,
                "compilers before 0.6 have put the field into a wrong place",
            )
            .help("no place is compatible with all compilers; change the order of the fields"),
        );
    }

    fn slot(
        &mut self,
        field: FieldSyntax<'_>,
        layout: &mut Layout,
        context: &Context,
        parts: &mut Parts,
    ) -> Result<FieldKind, Ambiguous> {
        let known = self.type_of(field.ty, context);
        let ty = known.clone().unwrap_or(Type::Void);
        let default = match (&known, field.default) {
            (Some(ty), Some(value)) if field.is_param && is_null(value) => {
                if ty.room() != Room::Pointer {
                    let at = self.at(context.decl, value.span);
                    self.report(
                        Diagnostic::new(at, "only pointers can be null")
                            .help("leave the default out, or give a value"),
                    );
                }
                settled(Value::default_of(ty))
            }
            (Some(ty), Some(value)) => self.start_value(value, ty, context, parts),
            _ => settled(Value::default_of(&ty)),
        };
        let offset = match ty.room() {
            Room::None => {
                layout.add_void(field.place)?;
                0
            }
            Room::Data(size) => layout.add_data(field.place, size)?,
            Room::Pointer => layout.add_pointer(field.place)?,
        };
        Ok(FieldKind::Slot {
            offset,
            explicit: field.default.is_some() && known.is_some(),
            ty,
            default,
        })
    }

    /// Makes nodes of the members: that of the struct, and those of its groups.
    fn assemble(
        &mut self,
        mut translator: Translator<'_>,
        owner: &Owner,
        context: &Context,
        parts: &mut Parts,
    ) -> Struct {
        let count = translator.members.len();
        // Groups get their places from their members; those without any come last.
        for index in 0..count {
            if let Some(union) = translator.member(index).union
                && translator.layout.add_discriminant(union).is_err()
            {
                translator.note_ambiguous(index);
            }
            translator.enter(index);
        }
        if let Some(index) = translator.ambiguous {
            self.ambiguous(translator.member(index), context);
        }
        for index in 0..count {
            let member = translator.member(index);
            let target = target(&member.kind);
            let applications = member.applications;
            translator.member_mut(index).annotations =
                self.compile_annotations(applications, target, context, parts);
        }
        let layout = &translator.layout;
        let sizes = (
            u16::try_from(layout.data_words),
            u16::try_from(layout.pointers),
        );
        let (Ok(data_words), Ok(pointers)) = sizes else {
            let at = self.at(context.decl, translator.member(0).span);
            self.report(
                Diagnostic::new(at, "the struct is too large")
                    .help("a struct has no more than 65535 words of data and as many pointers"),
            );
            return Struct::default();
        };
        let owners = translator.owners(owner);
        let mut root = Struct::default();
        for (index, owner) in owners.iter().enumerate() {
            let Some(owner) = owner else { continue };
            let member = translator.member(index);
            if member.members >= u32::from(u16::MAX) {
                let at = self.at(context.decl, member.span);
                self.report(Diagnostic::new(at, "the union has too many members"));
            }
            let mut body = Struct {
                data_words,
                pointers,
                is_group: member.parent.is_some(),
                union: member.union.map(|union| {
                    let members = u16::try_from(member.members).unwrap_or(u16::MAX);
                    (members, translator.layout.discriminant(union))
                }),
                fields: Vec::new(),
            };
            for field in translator.member(index).fields.clone() {
                let group = owners.get(field).and_then(Option::as_ref);
                let field = translator.member_mut(field);
                body.fields.push(to_field(field, group));
            }
            let member = translator.member(index);
            let Some(parent) = member.parent else {
                root = body;
                continue;
            };
            if !self.budget.spend_bytes(owner.display_name.len()) {
                self.too_much(self.at(context.decl, member.span));
                break;
            }
            let scope = owners.get(parent).and_then(Option::as_ref);
            parts.nodes.push(Node {
                id: owner.id,
                display_name: owner.display_name.clone(),
                prefix_length: owner.display_name.len() - member.name.text.len(),
                scope: scope.map_or(0, |scope| scope.id),
                parameters: Vec::new(),
                generic: owner.generic,
                nested: Vec::new(),
                annotations: Vec::new(),
                docs: member.docs.cloned(),
                place: Span::default(),
                body: Body::Struct(body),
            });
        }
        root
    }
}

fn to_field(member: &mut Member<'_>, owner: Option<&Owner>) -> Field {
    let ordinal = match member.ordinal {
        Some(ordinal) => Some(ordinal.value),
        None if target(&member.kind) == Target::Param => Some(member.code_order as u64),
        None => None,
    };
    let group = FieldKind::Group(owner.map_or(0, |owner| owner.id));
    Field {
        name: member.name.text.clone(),
        code_order: u16::try_from(member.code_order).unwrap_or(u16::MAX),
        annotations: std::mem::take(&mut member.annotations),
        docs: member.docs.cloned(),
        discriminant: member.discriminant,
        ordinal: ordinal.map(|ordinal| u16::try_from(ordinal).unwrap_or(u16::MAX)),
        kind: match &member.kind {
            MemberKind::Field(_) => member.slot.take().unwrap_or(group),
            _ => group,
        },
    }
}

/// What annotations of a member must be made for.
fn target(kind: &MemberKind<'_>) -> Target {
    match kind {
        MemberKind::Field(field) if field.is_param => Target::Param,
        MemberKind::Field(_) | MemberKind::Root => Target::Field,
        MemberKind::Union => Target::Union,
        MemberKind::Group => Target::Group,
    }
}

fn is_null(expression: &Expression) -> bool {
    matches!(&expression.kind, ExpressionKind::Relative(name) if name == "null")
}
