//! Compiles declarations to nodes.
//!
//! Each in two steps, as values can be of types that have, directly or not, the same values in them:
//! first all that can be told without knowing other structs, and then the values behind pointers.

use std::cell::OnceCell;
use std::rc::Rc;

use super::diagnostic::Diagnostic;
use super::node::{Body, Enumerant, Node, Value, ValueCell};
use super::ordinals::Ordinals;
use super::resolve::Context;
use super::syntax::{Declaration, DeclarationKind, Expression, Target};
use super::tree::DeclId;
use super::types::Type;
use super::{Compiler, naming};

/// How far a declaration has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Progress {
    Compiling,
    Compiled,
    Finishing,
    Finished,
}

/// What became of a declaration.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) progress: Progress,
    pub(super) node: Option<Rc<Node>>,
    /// Its groups, or the structs of its methods' parameters and results.
    pub(super) parts: Vec<Rc<Node>>,
    /// The values that are worked out in the second step.
    pending: Vec<Pending>,
}

/// A value that is worked out in the second step.
#[derive(Debug)]
struct Pending {
    cell: ValueCell,
    expression: Rc<Expression>,
    ty: Type,
    context: Context,
}

/// What is collected while a declaration is compiled.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) nodes: Vec<Node>,
    pending: Vec<Pending>,
}

impl Compiler<'_> {
    /// Takes the first step. None: the declaration depends on itself, which was reported.
    pub(super) fn compile(&mut self, decl: DeclId) -> Option<Rc<Node>> {
        if let Some(compiled) = self.compiled.get(&decl) {
            let node = compiled.node.clone();
            if compiled.progress == Progress::Compiling {
                self.depends_on_itself(decl);
            }
            return node;
        }
        let at = self.at(decl, self.decl(decl).syntax.name.span);
        if !self.budget.descend() {
            self.too_deep(at);
            return None;
        }
        let compiling = Compiled {
            progress: Progress::Compiling,
            node: None,
            parts: Vec::new(),
            pending: Vec::new(),
        };
        self.compiled.insert(decl, compiling);
        let mut parts = Parts::default();
        let node = Rc::new(self.compile_node(decl, &mut parts));
        let nodes: Vec<_> = parts.nodes.into_iter().map(Rc::new).collect();
        for node in nodes.iter().chain([&node]) {
            self.nodes.insert(node.id, Rc::clone(node));
        }
        let compiled = Compiled {
            progress: Progress::Compiled,
            node: Some(Rc::clone(&node)),
            parts: nodes,
            pending: parts.pending,
        };
        self.compiled.insert(decl, compiled);
        self.budget.ascend();
        Some(node)
    }

    /// Takes both steps.
    pub(super) fn finish(&mut self, decl: DeclId) -> Option<Rc<Node>> {
        let node = self.compile(decl)?;
        let compiled = self.compiled.get_mut(&decl)?;
        match compiled.progress {
            Progress::Finished => return Some(node),
            Progress::Compiled => {}
            Progress::Compiling | Progress::Finishing => {
                self.depends_on_itself(decl);
                return None;
            }
        }
        compiled.progress = Progress::Finishing;
        let pending = std::mem::take(&mut compiled.pending);
        let at = self.at(decl, self.decl(decl).syntax.name.span);
        if self.budget.descend() {
            for value in pending {
                let found = self.value(&value.expression, &value.ty, &value.context, false);
                let found = found.unwrap_or_else(|| Value::default_of(&value.ty));
                // Each value is pending once.
                let _ = value.cell.set(found);
            }
            self.budget.ascend();
        } else {
            self.too_deep(at);
        }
        self.compiled.get_mut(&decl)?.progress = Progress::Finished;
        Some(node)
    }

    fn depends_on_itself(&mut self, decl: DeclId) {
        let declaration = &self.decl(decl).syntax;
        let at = self.at(decl, declaration.name.span);
        let message = format!("`{}` depends on itself", declaration.name.text);
        let problem = Diagnostic::new(at, message);
        self.report(problem.help("give one of what leads back to it a value or type of its own"));
    }

    fn compile_node(&mut self, decl: DeclId, parts: &mut Parts) -> Node {
        let syntax = Rc::clone(&self.decl(decl).syntax);
        let file = self.decl(decl).file;
        naming::check(&syntax, file, &mut self.reporter);
        let context = self.context(decl);
        let (body, target) = match &syntax.kind {
            DeclarationKind::Const { ty, value } => {
                let ty = self.type_of(ty, &context);
                let value = match &ty {
                    Some(ty) => self.start_value(value, ty, &context, parts),
                    None => settled(Value::Void),
                };
                let ty = ty.unwrap_or(Type::Void);
                (Body::Const { ty, value }, Target::Const)
            }
            DeclarationKind::Annotation { ty, targets } => {
                let ty = self.type_of(ty, &context).unwrap_or(Type::Void);
                let targets = *targets;
                (Body::Annotation { ty, targets }, Target::Annotation)
            }
            DeclarationKind::Enum => (self.compile_enum(&syntax, &context, parts), Target::Enum),
            DeclarationKind::Struct => (
                self.compile_struct(decl, &context, &syntax, parts),
                Target::Struct,
            ),
            DeclarationKind::Interface { superclasses } => (
                self.compile_interface(decl, &context, &syntax, superclasses, parts),
                Target::Interface,
            ),
            _ => (Body::File, Target::File),
        };
        let annotations = self.compile_annotations(&syntax.annotations, target, &context, parts);
        let found = self.decl(decl);
        let nested = found.children.iter().map(|child| {
            let child = self.decl(*child);
            (child.syntax.name.text.clone(), child.id)
        });
        Node {
            id: found.id,
            display_name: found.display_name.clone(),
            prefix_length: found.prefix_length,
            scope: found.parent.map_or(0, |parent| self.decl(parent).id),
            parameters: (syntax.parameters.iter())
                .map(|name| name.text.clone())
                .collect(),
            generic: context.scope.is_generic(),
            nested: nested.collect(),
            annotations,
            docs: syntax.docs.clone(),
            place: syntax.whole,
            body,
        }
    }

    fn compile_enum(&mut self, syntax: &Declaration, context: &Context, parts: &mut Parts) -> Body {
        let mut members = Vec::new();
        for member in &syntax.nested {
            if let (DeclarationKind::Enumerant, Some(ordinal)) = (&member.kind, member.ordinal) {
                members.push((ordinal, members.len(), member));
            }
        }
        members.sort_by_key(|(ordinal, ..)| ordinal.value);
        let mut ordinals = Ordinals::new(self.decl(context.decl).file);
        let mut enumerants = Vec::new();
        for (ordinal, code_order, member) in members {
            ordinals.check(ordinal, &mut self.reporter);
            enumerants.push(Enumerant {
                name: member.name.text.clone(),
                code_order: u16::try_from(code_order).unwrap_or(u16::MAX),
                annotations: self.compile_annotations(
                    &member.annotations,
                    Target::Enumerant,
                    context,
                    parts,
                ),
                docs: member.docs.clone(),
            });
        }
        Body::Enum(enumerants)
    }

    /// Works out a value, or puts it off to the second step if it is behind a pointer.
    pub(super) fn start_value(
        &mut self,
        expression: &Rc<Expression>,
        ty: &Type,
        context: &Context,
        parts: &mut Parts,
    ) -> ValueCell {
        if ty.has_plain_values() {
            let value = self.value(expression, ty, context, true);
            return settled(value.unwrap_or_else(|| Value::default_of(ty)));
        }
        let cell = ValueCell::default();
        parts.pending.push(Pending {
            cell: Rc::clone(&cell),
            expression: Rc::clone(expression),
            ty: ty.clone(),
            context: context.clone(),
        });
        cell
    }
}

/// The cell of a value that is known.
pub(super) fn settled(value: Value) -> ValueCell {
    Rc::new(OnceCell::from(value))
}
