//! What belongs into a request: what is declared in the files that are asked for, and whatever it
//! depends on, wherever that is.

use std::collections::HashSet;
use std::rc::Rc;

use super::Compiler;
use super::interfaces::STREAM_RESULT_ID;
use super::node::{Annotation, Body, FieldKind, Node};
use super::tree::DeclId;
use super::types::{Bound, Brand, Named, Type};

/// What a request tells.
#[derive(Debug, Default)]
pub(super) struct Reached {
    pub(super) nodes: Vec<Rc<Node>>,
    /// The first struct of parameters or results that is written in place.
    pub(super) first_params: Option<Rc<Node>>,
    /// A node whose place is not told, by its id.
    pub(super) placeless: Option<u64>,
}

/// What is still to be done, in the order of the official compiler: names get their meanings in it.
#[derive(Clone, Copy, Debug)]
enum Step {
    Visit(DeclId, Why),
    /// Notes whose parameters come first.
    Params(DeclId),
    /// Finds out what `using` declarations stand for, as they must mean something, used or not.
    Aliases(DeclId),
}

/// Why a declaration is visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Why {
    /// It was asked for, with all that is declared in it.
    Asked,
    /// Something needs it, and what is around it.
    Needed,
}

impl Compiler<'_> {
    /// Compiles what the files declare and what they depend on.
    pub(super) fn reach(&mut self, roots: &[DeclId]) -> Reached {
        let mut reached = Reached::default();
        let mut seen = HashSet::new();
        let mut added = HashSet::new();
        // The next step comes last.
        let mut steps: Vec<Step> = Vec::new();
        steps.extend(
            roots
                .iter()
                .rev()
                .map(|root| Step::Visit(*root, Why::Asked)),
        );
        while let Some(step) = steps.pop() {
            if self.budget.is_spent() {
                break;
            }
            match step {
                Step::Visit(decl, why) => {
                    if !seen.insert((decl, why)) {
                        continue;
                    }
                    let mut nodes = Vec::new();
                    if let Some(node) = self.finish(decl) {
                        nodes.push(node);
                        let compiled = self.compiled.get(&decl);
                        nodes.extend(compiled.iter().flat_map(|compiled| compiled.parts.clone()));
                    }
                    let ids = nodes.iter().flat_map(|node| dependencies(node));
                    let needed = ids.filter_map(|id| self.by_id.get(&id).copied());
                    let mut next: Vec<_> = needed.map(|id| Step::Visit(id, Why::Needed)).collect();
                    next.push(Step::Params(decl));
                    let found = self.decl(decl);
                    match why {
                        Why::Needed => {
                            next.extend(found.parent.map(|outer| Step::Visit(outer, why)));
                        }
                        Why::Asked => {
                            let children = found.children.iter();
                            next.extend(children.map(|child| Step::Visit(*child, why)));
                            next.push(Step::Aliases(decl));
                        }
                    }
                    steps.extend(next.into_iter().rev());
                    if added.insert(decl) {
                        let id = self.decl(decl).id;
                        // The official compiler has this one built in, and takes that where it needs it.
                        if id == STREAM_RESULT_ID && why == Why::Needed {
                            reached.placeless = Some(id);
                        }
                        reached.nodes.extend(nodes);
                    }
                }
                Step::Params(decl) => {
                    if reached.first_params.is_none() {
                        let parts = self.compiled.get(&decl).map(|compiled| &compiled.parts);
                        let mut parts = parts.into_iter().flatten();
                        reached.first_params = parts.find(|node| node.is_parameters()).cloned();
                    }
                }
                Step::Aliases(decl) => {
                    let mut aliases = self.decl(decl).aliases.clone();
                    aliases.sort_by_key(|alias| {
                        let alias = self.aliases.get(alias.0);
                        alias.map(|alias| alias.name.clone())
                    });
                    for alias in aliases {
                        self.alias(alias);
                    }
                }
            }
        }
        reached
    }
}

/// The ids of the nodes that a node mentions.
fn dependencies(node: &Node) -> Vec<u64> {
    let mut ids = Vec::new();
    match &node.body {
        Body::File => {}
        Body::Struct(body) => {
            for field in &body.fields {
                if let FieldKind::Slot { ty, .. } = &field.kind {
                    types(ty, &mut ids);
                }
                annotations(&field.annotations, &mut ids);
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
    annotations(&node.annotations, &mut ids);
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
