//! What belongs into a request: what is declared in the files that are asked for, and whatever it
//! depends on, wherever that is.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

use super::Compiler;
use super::node::{Annotation, Body, FieldKind, Node};
use super::tree::DeclId;
use super::types::{Bound, Brand, Named, Type};

impl Compiler<'_> {
    /// Compiles what the files declare and what they depend on, and returns all nodes of that.
    pub(super) fn reach(&mut self, roots: &[DeclId]) -> Vec<Rc<Node>> {
        let mut seen = HashSet::new();
        let mut queue: VecDeque<DeclId> = VecDeque::new();
        for root in roots {
            self.queue_all(*root, &mut queue);
        }
        let whole: HashSet<DeclId> = queue.iter().copied().collect();
        let mut nodes = Vec::new();
        while let Some(decl) = queue.pop_front() {
            if !seen.insert(decl) || self.budget.is_spent() {
                continue;
            }
            let node = self.finish(decl);
            if whole.contains(&decl) {
                // Names that are not used must mean something, too.
                for alias in self.decl(decl).aliases.clone() {
                    self.alias(alias);
                }
            } else {
                queue.extend(self.decl(decl).parent);
            }
            let Some(node) = node else { continue };
            let parts = self
                .compiled
                .get(&decl)
                .map(|compiled| compiled.parts.clone());
            for node in std::iter::once(node).chain(parts.unwrap_or_default()) {
                let ids = dependencies(&node);
                queue.extend(ids.iter().filter_map(|id| self.by_id.get(id)));
                nodes.push(node);
            }
        }
        nodes
    }

    fn queue_all(&self, decl: DeclId, queue: &mut VecDeque<DeclId>) {
        queue.push_back(decl);
        for child in &self.decl(decl).children {
            self.queue_all(*child, queue);
        }
    }
}

/// The ids of the nodes that a node mentions.
fn dependencies(node: &Node) -> Vec<u64> {
    let mut ids = Vec::new();
    annotations(&node.annotations, &mut ids);
    match &node.body {
        Body::File => {}
        Body::Struct(body) => {
            for field in &body.fields {
                annotations(&field.annotations, &mut ids);
                if let FieldKind::Slot { ty, .. } = &field.kind {
                    types(ty, &mut ids);
                }
            }
        }
        Body::Enum(enumerants) => {
            for enumerant in enumerants {
                annotations(&enumerant.annotations, &mut ids);
            }
        }
        Body::Interface {
            superclasses,
            methods,
        } => {
            for base in superclasses {
                named(base, &mut ids);
            }
            for method in methods {
                named(&method.params, &mut ids);
                named(&method.results, &mut ids);
                annotations(&method.annotations, &mut ids);
            }
        }
        Body::Const { ty, .. } | Body::Annotation { ty, .. } => types(ty, &mut ids),
    }
    ids
}

fn annotations(annotations: &[Annotation], ids: &mut Vec<u64>) {
    ids.extend(annotations.iter().map(|annotation| annotation.id));
}

fn named(named: &Named, ids: &mut Vec<u64>) {
    ids.push(named.id);
    brand(&named.brand, ids);
}

fn brand(brand: &Brand, ids: &mut Vec<u64>) {
    for scope in &brand.scopes {
        if let Bound::To(bound) = &scope.bound {
            for ty in bound {
                types(ty, ids);
            }
        }
    }
}

fn types(ty: &Type, ids: &mut Vec<u64>) {
    match ty {
        Type::List(element) => types(element, ids),
        Type::Enum(found) | Type::Struct(found) | Type::Interface(found) => named(found, ids),
        _ => {}
    }
}
