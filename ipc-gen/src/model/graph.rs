//! What structs hold: which of them hold themselves, and which hold handles on objects.

use std::collections::{BTreeMap, BTreeSet};

use super::{Field, Item, Model, Place, Presence, Record, Type};

impl Model {
    /// Boxes the fields by which structs contain themselves, and finds what cannot be compared.
    pub(super) fn follow_fields(&mut self) {
        let mut edges = BTreeMap::new();
        for (file, items) in self.files.iter().map(|file| &file.items).enumerate() {
            records(items, file, &mut Vec::new(), &mut |place, record| {
                let mut held = BTreeSet::new();
                for field in &record.fields {
                    holds(&field.ty, &mut held);
                }
                edges.insert(place, held);
            });
        }
        let components = components(&edges);
        for (file, items) in self
            .files
            .iter_mut()
            .map(|file| &mut file.items)
            .enumerate()
        {
            records_mut(items, file, &mut Vec::new(), &mut |place, record| {
                for field in &mut record.fields {
                    enclose(field, &place, &components);
                }
            });
        }
        self.find_incomparable();
    }

    fn find_incomparable(&mut self) {
        loop {
            let mut found = BTreeSet::new();
            for (file, items) in self.files.iter().map(|file| &file.items).enumerate() {
                records(items, file, &mut Vec::new(), &mut |place, record| {
                    if record
                        .fields
                        .iter()
                        .any(|field| !self.is_comparable(&field.ty))
                    {
                        found.insert(place);
                    }
                });
            }
            if found.len() == self.incomparable.len() {
                break;
            }
            self.incomparable = found;
        }
    }
}

/// Puts the field's struct into a box if it contains the one at `place`.
fn enclose(field: &mut Field, place: &Place, components: &BTreeMap<Place, usize>) {
    let mut held = BTreeSet::new();
    let Type::Struct(_) = field.ty.wire() else {
        return;
    };
    holds(&field.ty, &mut held);
    let Some(own) = components.get(place) else {
        return;
    };
    if held.iter().any(|held| components.get(held) == Some(own)) {
        field.boxed = true;
        if field.presence == Presence::Always {
            field.presence = Presence::Pointer;
        }
    }
}

/// The structs whose values a value of the type holds. Lists end the chain: they can be empty.
fn holds(ty: &Type, held: &mut BTreeSet<Place>) {
    if let Type::Struct(named) | Type::Group(named) | Type::Union(named) = ty.wire() {
        held.insert(named.place.clone());
        for argument in &named.arguments {
            holds(argument, held);
        }
    }
}

fn records(
    items: &[Item],
    file: usize,
    modules: &mut Vec<String>,
    visit: &mut impl FnMut(Place, &Record),
) {
    for item in items {
        let place = |name: &str| Place {
            file,
            modules: modules.clone(),
            name: name.to_owned(),
        };
        match item {
            Item::Struct(item) => visit(place(&item.name), &item.record),
            Item::Union(item) => visit(place(&item.name), &item.record),
            Item::Module(module) => {
                modules.push(module.name.clone());
                records(&module.items, file, modules, visit);
                modules.pop();
            }
            Item::Const(_) | Item::Enum(_) | Item::Interface(_) => {}
        }
    }
}

fn records_mut(
    items: &mut [Item],
    file: usize,
    modules: &mut Vec<String>,
    visit: &mut impl FnMut(Place, &mut Record),
) {
    for item in items {
        let place = |name: &str| Place {
            file,
            modules: modules.clone(),
            name: name.to_owned(),
        };
        match item {
            Item::Struct(item) => visit(place(&item.name), &mut item.record),
            Item::Union(item) => visit(place(&item.name), &mut item.record),
            Item::Module(module) => {
                modules.push(module.name.clone());
                records_mut(&mut module.items, file, modules, visit);
                modules.pop();
            }
            Item::Const(_) | Item::Enum(_) | Item::Interface(_) => {}
        }
    }
}

/// Numbers the groups of places that can all reach each other, by Tarjan's algorithm. A place that
/// does not reach itself is in no group.
fn components(edges: &BTreeMap<Place, BTreeSet<Place>>) -> BTreeMap<Place, usize> {
    let mut walk = Walk {
        edges,
        indexes: BTreeMap::new(),
        path: Vec::new(),
        found: BTreeMap::new(),
    };
    for place in edges.keys() {
        if !walk.indexes.contains_key(place) {
            walk.visit(place);
        }
    }
    let Walk { mut found, .. } = walk;
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for component in found.values() {
        *sizes.entry(*component).or_default() += 1;
    }
    found.retain(|place, component| {
        let itself = edges.get(place).is_some_and(|held| held.contains(place));
        itself || sizes.get(component).is_some_and(|size| *size > 1)
    });
    found
}

struct Walk<'a> {
    edges: &'a BTreeMap<Place, BTreeSet<Place>>,
    indexes: BTreeMap<&'a Place, usize>,
    path: Vec<&'a Place>,
    found: BTreeMap<Place, usize>,
}

impl<'a> Walk<'a> {
    /// Returns the smallest index on the path that can be reached from here.
    fn visit(&mut self, place: &'a Place) -> usize {
        let index = self.indexes.len();
        self.indexes.insert(place, index);
        self.path.push(place);
        let mut lowest = index;
        for next in self.edges.get(place).into_iter().flatten() {
            if self.found.contains_key(next) {
                continue;
            }
            let reached = match self.indexes.get(next) {
                Some(index) => *index,
                None => self.visit(next),
            };
            lowest = lowest.min(reached);
        }
        if lowest == index {
            while let Some(member) = self.path.pop() {
                self.found.insert(member.clone(), index);
                if member == place {
                    break;
                }
            }
        }
        lowest
    }
}
