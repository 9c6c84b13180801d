//! Interfaces together with what they inherit.

use std::collections::BTreeSet;

use super::{Base, Interface, Item, Method, Model, Role, Type};
use crate::names;

/// A method of an interface: its own, or one of a base.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'m> {
    /// The interface that declares the method.
    pub(crate) interface: &'m Interface,
    pub(crate) method: &'m Method,
}

impl Member<'_> {
    /// Whether the implementation of the interface answers it.
    pub(crate) fn is_call(&self) -> bool {
        self.method.role == Role::Call
    }

    /// What its name is in Rust, but for keywords.
    pub(crate) fn rust_name(&self) -> String {
        names::snake(&self.method.name)
    }

    /// What some of the interface's type parameters are bound to.
    pub(crate) fn arguments(&self, parameters: &[usize]) -> impl Iterator<Item = &Type> {
        let arguments = &self.interface.arguments;
        parameters.iter().filter_map(|index| arguments.get(*index))
    }

    /// Whether both are the same method, whichever way it was inherited.
    pub(crate) fn is(&self, other: &Self) -> bool {
        (self.interface.id, self.method.ordinal) == (other.interface.id, other.method.ordinal)
    }
}

impl Model {
    /// The interface behind a base, with its type arguments.
    fn base<'m>(&'m self, base: &'m Base) -> Option<&'m Interface> {
        if let Some(branded) = &base.branded {
            return Some(branded);
        }
        match self.item(&base.named.place)? {
            Item::Interface(item) => Some(item),
            _ => None,
        }
    }

    /// Every interface that this one extends, directly or not, once each.
    pub(crate) fn ancestors<'m>(&'m self, interface: &'m Interface) -> Vec<&'m Interface> {
        let mut found = Vec::new();
        self.collect_ancestors(interface, &mut BTreeSet::from([interface.id]), &mut found);
        found
    }

    fn collect_ancestors<'m>(
        &'m self,
        interface: &'m Interface,
        seen: &mut BTreeSet<u64>,
        found: &mut Vec<&'m Interface>,
    ) {
        for base in interface.bases.iter().filter_map(|base| self.base(base)) {
            if seen.insert(base.id) {
                found.push(base);
                self.collect_ancestors(base, seen, found);
            }
        }
    }

    /// Every method that an object with this interface answers: its own first.
    pub(crate) fn members<'m>(&'m self, interface: &'m Interface) -> Vec<Member<'m>> {
        [interface]
            .into_iter()
            .chain(self.ancestors(interface))
            .flat_map(own)
            .collect()
    }

    /// The calls that go by their plain names: an interface's own ones hide those of its bases, and
    /// names that several bases give to different methods are left to the bases.
    pub(crate) fn visible_calls<'m>(&'m self, interface: &'m Interface) -> Vec<Member<'m>> {
        self.visible(interface, &mut Vec::new())
    }

    fn visible<'m>(&'m self, interface: &'m Interface, path: &mut Vec<u64>) -> Vec<Member<'m>> {
        // No schema compiler lets an interface extend itself, but nothing here depends on that.
        if path.contains(&interface.id) {
            return Vec::new();
        }
        path.push(interface.id);
        let mut inherited: Vec<Member<'m>> = Vec::new();
        for base in interface.bases.iter().filter_map(|base| self.base(base)) {
            for member in self.visible(base, path) {
                if !inherited.iter().any(|other| other.is(&member)) {
                    inherited.push(member);
                }
            }
        }
        path.pop();
        let mut visible: Vec<_> = own(interface).filter(Member::is_call).collect();
        let own_names: BTreeSet<_> = visible.iter().map(Member::rust_name).collect();
        let unambiguous = inherited.iter().filter(|member| {
            let name = member.rust_name();
            let namesakes = inherited.iter().filter(|other| other.rust_name() == name);
            !own_names.contains(&name) && namesakes.count() == 1
        });
        visible.extend(unambiguous);
        visible
    }
}

pub(super) fn own(interface: &Interface) -> impl Iterator<Item = Member<'_>> {
    (interface.methods.iter()).map(move |method| Member { interface, method })
}
