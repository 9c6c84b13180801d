//! Which interfaces lead to which others.

use std::collections::BTreeSet;

use ipc_gen::reflection::{Field, FieldKind, Id, Type};

use super::schemas::{Schemas, THREAD, THREAD_MAP, is_runtimes};

/// An interface, those that it extends, and those of the objects that their methods take or bring, directly or not.
pub(crate) fn reachable(schemas: &Schemas, first: Id) -> BTreeSet<Id> {
    let mut mentioned = Mentioned {
        schemas,
        structs: BTreeSet::new(),
        interfaces: BTreeSet::new(),
    };
    mentioned.interface(first);
    mentioned.interfaces
}

struct Mentioned<'a> {
    schemas: &'a Schemas,
    structs: BTreeSet<Id>,
    interfaces: BTreeSet<Id>,
}

impl Mentioned<'_> {
    fn interface(&mut self, id: Id) {
        if matches!(id, THREAD | THREAD_MAP) || !self.interfaces.insert(id) {
            return;
        }
        self.interfaces.extend(self.schemas.lineage(id));
        for declared in self.schemas.callable(id) {
            self.structure(declared.method.params);
            self.structure(declared.method.results);
        }
    }

    fn structure(&mut self, id: Id) {
        let Some(body) = self.schemas.structure(id) else {
            return;
        };
        if self.structs.insert(id) {
            for field in body.fields.iter().filter(|field| !is_runtimes(field)) {
                self.field(field);
            }
        }
    }

    fn field(&mut self, field: &Field) {
        match &field.kind {
            FieldKind::Group(id) => self.structure(*id),
            FieldKind::Slot { ty, .. } => self.ty(ty),
        }
    }

    fn ty(&mut self, ty: &Type) {
        match ty {
            Type::List(element) => self.ty(element),
            Type::Struct { id, .. } => self.structure(*id),
            Type::Interface { id, .. } => self.interface(*id),
            _ => {}
        }
    }
}
