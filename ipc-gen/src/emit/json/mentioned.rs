//! Which interfaces the methods of one bring or take, on their own or inside of other values.

use crate::model::{Interface, Item, Method, Model, Named, Place, Type};

/// The interfaces that the parameters and results of methods mention, each once.
pub(super) fn interfaces<'m>(
    model: &'m Model,
    methods: impl IntoIterator<Item = &'m Method>,
) -> Vec<&'m Interface> {
    let mut found = Found {
        model,
        seen: Vec::new(),
        interfaces: Vec::new(),
    };
    for method in methods {
        let fields = method.params.fields.iter().chain(&method.results.fields);
        fields.for_each(|field| found.add(&field.ty));
    }
    found.interfaces
}

struct Found<'m> {
    model: &'m Model,
    seen: Vec<&'m Place>,
    interfaces: Vec<&'m Interface>,
}

impl<'m> Found<'m> {
    fn add(&mut self, ty: &'m Type) {
        match ty {
            Type::List(ty) | Type::Bound(ty) => self.add(ty),
            Type::Struct(named)
            | Type::Group(named)
            | Type::Union(named)
            | Type::Interface(named) => self.add_named(named),
            _ => {}
        }
    }

    fn add_named(&mut self, named: &'m Named) {
        named.arguments.iter().for_each(|ty| self.add(ty));
        if self.seen.contains(&&named.place) {
            return;
        }
        self.seen.push(&named.place);
        let record = match self.model.item(&named.place) {
            Some(Item::Interface(item)) => return self.interfaces.push(item),
            Some(Item::Struct(item)) => &item.record,
            Some(Item::Union(item)) => &item.record,
            _ => return,
        };
        record.fields.iter().for_each(|field| self.add(&field.ty));
    }
}
