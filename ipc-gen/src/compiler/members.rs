//! The members of a struct on the way to becoming fields: in the order of their numbers, and each
//! group where its first member is.

use std::rc::Rc;

use super::diagnostic::Span;
use super::ids::group_id;
use super::layout::{Layout, Place, UnionId};
use super::node::{Annotation, FieldKind};
use super::structs::Owner;
use super::syntax::{Application, Declaration, DeclarationKind, Expression, Name, Number};

/// A field, group or union, and the struct itself, on the way to becoming one.
pub(super) struct Member<'a> {
    /// The struct, group or union around it; the struct itself has none.
    pub(super) parent: Option<usize>,
    pub(super) name: Name,
    pub(super) code_order: usize,
    pub(super) ordinal: Option<Number>,
    pub(super) in_union: bool,
    pub(super) kind: MemberKind<'a>,
    pub(super) applications: &'a [Application],
    /// What became of those.
    pub(super) annotations: Vec<Annotation>,
    pub(super) docs: Option<&'a Vec<u8>>,
    pub(super) span: Span,
    /// The union that it is, or that stands in it without a name.
    pub(super) union: Option<UnionId>,
    /// What is directly in it, in the order in which it got there.
    pub(super) fields: Vec<usize>,
    /// How many of those are in the union.
    pub(super) members: u32,
    /// Its place among its parent's fields, once it is there.
    pub(super) index: Option<usize>,
    pub(super) discriminant: Option<u16>,
    pub(super) slot: Option<FieldKind>,
}

pub(super) enum MemberKind<'a> {
    Root,
    Field(FieldSyntax<'a>),
    Union,
    Group,
}

#[derive(Clone, Copy)]
pub(super) struct FieldSyntax<'a> {
    pub(super) ty: &'a Rc<Expression>,
    pub(super) default: Option<&'a Rc<Expression>>,
    pub(super) is_param: bool,
    pub(super) place: Place,
}

pub(super) struct Translator<'a> {
    pub(super) layout: Layout,
    pub(super) members: Vec<Member<'a>>,
    /// Members by their numbers.
    pub(super) numbered: Vec<(u64, usize)>,
    pub(super) problems: Vec<(Span, &'static str)>,
    /// The first member that has no place.
    pub(super) ambiguous: Option<usize>,
}

impl<'a> Member<'a> {
    pub(super) fn new(
        parent: usize,
        code_order: usize,
        name: Name,
        kind: MemberKind<'a>,
        applications: &'a [Application],
    ) -> Self {
        Self {
            parent: Some(parent),
            span: name.span,
            name,
            code_order,
            ordinal: None,
            in_union: false,
            kind,
            applications,
            annotations: Vec::new(),
            docs: None,
            union: None,
            fields: Vec::new(),
            members: 0,
            index: None,
            discriminant: None,
            slot: None,
        }
    }
}

impl<'a> Translator<'a> {
    pub(super) fn new(span: Span) -> Self {
        let name = Name {
            text: String::new(),
            span,
        };
        let mut root = Member::new(0, 0, name, MemberKind::Root, &[]);
        root.parent = None;
        Self {
            layout: Layout::default(),
            members: vec![root],
            numbered: Vec::new(),
            problems: Vec::new(),
            ambiguous: None,
        }
    }

    /// Takes up the members of a struct or group.
    pub(super) fn scope(
        &mut self,
        declarations: &'a [Rc<Declaration>],
        parent: usize,
        place: Place,
    ) {
        let mut code_order = 0;
        for declaration in declarations {
            match &declaration.kind {
                DeclarationKind::Field { .. } => {
                    self.field(declaration, parent, &mut code_order, place, false);
                }
                DeclarationKind::Union => {
                    let union = self.layout.add_union(place);
                    if declaration.name.text.is_empty() {
                        self.member_mut(parent).union = Some(union);
                        self.union(declaration, parent, union, &mut code_order);
                    } else {
                        let member =
                            self.add(declaration, parent, &mut code_order, MemberKind::Union);
                        self.member_mut(member).union = Some(union);
                        self.union(declaration, member, union, &mut 0);
                    }
                }
                DeclarationKind::Group => {
                    let member = self.add(declaration, parent, &mut code_order, MemberKind::Group);
                    self.group(declaration, member, place);
                }
                _ => {}
            }
        }
    }

    /// Takes up the members of a union. For the layout each is a group of its own.
    fn union(
        &mut self,
        union_syntax: &'a Declaration,
        parent: usize,
        union: UnionId,
        code_order: &mut usize,
    ) {
        if union_syntax.nested.len() < 2 {
            self.problems
                .push((union_syntax.span, "a union has two members at least"));
        }
        for declaration in &union_syntax.nested {
            let group = |translator: &mut Self| Place::Group(translator.layout.add_group(union));
            match &declaration.kind {
                DeclarationKind::Field { .. } => {
                    let place = group(self);
                    self.field(declaration, parent, code_order, place, true);
                }
                DeclarationKind::Union if declaration.name.text.is_empty() => {
                    self.problems
                        .push((declaration.span, "a union directly in a union needs a name"));
                }
                DeclarationKind::Union => {
                    let place = group(self);
                    let inner = self.layout.add_union(place);
                    let member = self.add(declaration, parent, code_order, MemberKind::Union);
                    self.member_mut(member).in_union = true;
                    self.member_mut(member).union = Some(inner);
                    self.union(declaration, member, inner, &mut 0);
                }
                DeclarationKind::Group => {
                    let place = group(self);
                    let member = self.add(declaration, parent, code_order, MemberKind::Group);
                    self.member_mut(member).in_union = true;
                    self.group(declaration, member, place);
                }
                _ => {}
            }
        }
    }

    fn group(&mut self, declaration: &'a Declaration, member: usize, place: Place) {
        if declaration.nested.is_empty() {
            self.problems
                .push((declaration.span, "a group has one member at least"));
        }
        self.scope(&declaration.nested, member, place);
    }

    fn field(
        &mut self,
        declaration: &'a Declaration,
        parent: usize,
        code_order: &mut usize,
        place: Place,
        in_union: bool,
    ) {
        if let DeclarationKind::Field { ty, default } = &declaration.kind {
            let kind = MemberKind::Field(FieldSyntax {
                ty,
                default: default.as_ref(),
                is_param: false,
                place,
            });
            let member = self.add(declaration, parent, code_order, kind);
            self.member_mut(member).in_union = in_union;
        }
    }

    fn add(
        &mut self,
        declaration: &'a Declaration,
        parent: usize,
        code_order: &mut usize,
        kind: MemberKind<'a>,
    ) -> usize {
        let name = declaration.name.clone();
        let mut member = Member::new(parent, *code_order, name, kind, &declaration.annotations);
        member.ordinal = declaration.ordinal;
        member.docs = declaration.docs.as_ref();
        *code_order += 1;
        let index = self.members.len();
        if let Some(ordinal) = declaration.ordinal {
            self.numbered.push((ordinal.value, index));
        }
        self.members.push(member);
        index
    }

    /// Gives a member its place among its parent's fields, and before that the parent its own.
    pub(super) fn enter(&mut self, index: usize) {
        let member = self.member(index);
        let (Some(parent), None) = (member.parent, member.index) else {
            return;
        };
        let in_union = member.in_union;
        self.enter(parent);
        let outer = self.member_mut(parent);
        let place = outer.fields.len();
        outer.fields.push(index);
        let number = outer.members;
        if in_union {
            outer.members += 1;
        }
        let member = self.member_mut(index);
        member.index = Some(place);
        if in_union {
            member.discriminant = Some(u16::try_from(number).unwrap_or(u16::MAX));
        }
    }

    /// The nodes that the struct and its groups become. Fields become none.
    pub(super) fn owners(&self, root: &Owner) -> Vec<Option<Owner>> {
        let mut owners: Vec<Option<Owner>> = Vec::new();
        for member in &self.members {
            let outer = member
                .parent
                .and_then(|parent| owners.get(parent)?.as_ref());
            owners.push(match (&member.kind, outer) {
                (MemberKind::Field(_), _) => None,
                (_, None) => Some(root.clone()),
                (_, Some(outer)) => {
                    let place = u16::try_from(member.index.unwrap_or_default());
                    Some(Owner {
                        id: group_id(outer.id, place.unwrap_or(u16::MAX)),
                        display_name: format!("{}.{}", outer.display_name, member.name.text),
                        generic: outer.generic,
                    })
                }
            });
        }
        owners
    }

    /// Notes that a member has no place. The first one is enough to tell.
    pub(super) fn note_ambiguous(&mut self, index: usize) {
        self.ambiguous.get_or_insert(index);
    }

    pub(super) fn member(&self, index: usize) -> &Member<'a> {
        &self.members[index]
    }

    pub(super) fn member_mut(&mut self, index: usize) -> &mut Member<'a> {
        &mut self.members[index]
    }
}
