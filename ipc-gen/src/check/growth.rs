//! Structs that contain themselves with type arguments that grow: Rust would need a type for each step.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Problem, Problems};
use crate::model::{Item, Model, Place, Record, Type};

pub(super) fn check(model: &Model, problems: &mut Problems) {
    let mut flows = Flows::default();
    for (index, file) in model.files.iter().enumerate() {
        flows.items(&format!("{}:", file.name), (index, &[]), &file.items);
    }
    flows.check(problems);
}

/// A type parameter: its declaration, and its number there.
type Parameter = (Place, usize);

/// Where the values of type parameters go: into which parameters of the types that fields have.
#[derive(Default)]
struct Flows {
    edges: BTreeMap<Parameter, BTreeSet<Parameter>>,
    /// The ones on which something is wrapped around the value, with the field that does so.
    growing: Vec<(Parameter, Parameter, String)>,
}

impl Flows {
    fn items(&mut self, place: &str, (file, modules): (usize, &[String]), items: &[Item]) {
        for item in items {
            let (name, parameters, record): (_, &[String], &Record) = match item {
                Item::Struct(item) => (&item.name, &item.parameters, &item.record),
                Item::Union(item) => (&item.name, &item.parameters, &item.record),
                Item::Module(module) => {
                    let inner = [modules, std::slice::from_ref(&module.name)].concat();
                    let place = format!("{place}{}.", module.owner);
                    self.items(&place, (file, &inner), &module.items);
                    continue;
                }
                Item::Const(_) | Item::Enum(_) | Item::Interface(_) => continue,
            };
            let declared = Place {
                file,
                modules: modules.to_vec(),
                name: name.clone(),
            };
            for field in &record.fields {
                let place = format!("{place}{name}.{}", field.name);
                self.mentions(&place, &declared, parameters, &field.ty);
            }
        }
    }

    /// Every type in the type of a field.
    fn mentions(&mut self, place: &str, declared: &Place, parameters: &[String], ty: &Type) {
        if let Type::List(ty) | Type::Bound(ty) = ty {
            return self.mentions(place, declared, parameters, ty);
        }
        let Some(named) = ty.named() else { return };
        for (number, argument) in named.arguments.iter().enumerate() {
            let to = (named.place.clone(), number);
            for (own, parameter) in parameters.iter().enumerate() {
                if !argument.mentions(parameter) {
                    continue;
                }
                let from = (declared.clone(), own);
                if !matches!(argument, Type::Parameter(_)) {
                    (self.growing).push((from.clone(), to.clone(), place.to_owned()));
                }
                self.edges.entry(from).or_default().insert(to.clone());
            }
            self.mentions(place, declared, parameters, argument);
        }
    }

    /// A value that comes back to where it was, but larger, never stops growing.
    fn check(&self, problems: &mut Problems) {
        let mut named = BTreeSet::new();
        for (from, to, place) in &self.growing {
            if self.reaches(to, from, &mut BTreeSet::new()) && named.insert(place) {
                let problem =
                    "the struct contains itself with type arguments that grow without end";
                problems.push(
                    Problem::at(place, problem).help(
                        "pass the type parameter on as it is, or make the field an AnyPointer",
                    ),
                );
            }
        }
    }

    fn reaches<'f>(
        &'f self,
        from: &'f Parameter,
        to: &Parameter,
        seen: &mut BTreeSet<&'f Parameter>,
    ) -> bool {
        let mut next = self.edges.get(from).into_iter().flatten();
        from == to || (seen.insert(from) && next.any(|next| self.reaches(next, to, seen)))
    }
}
