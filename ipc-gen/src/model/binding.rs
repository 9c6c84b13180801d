//! Type parameters: their names in Rust, and what they stand for where a declaration is used.

use std::collections::BTreeMap;

use super::lower::Lowering;
use super::{Base, Field, Interface, Item, Model, Named, Place, Type};
use crate::schema::{Brand, Id, Parameter};

/// What generated code calls by its plain name; a type parameter must not stand in its way.
const IN_USE: &[&str] = &[
    "AnyPointer",
    "Arc",
    "AsRef",
    "Box",
    "Call",
    "Clone",
    "Debug",
    "Default",
    "Err",
    "Exception",
    "F",
    "Fn",
    "From",
    "Fut",
    "Future",
    "I",
    "Implementation",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "PhantomData",
    "Result",
    "Self",
    "Send",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "Vec",
];

impl Lowering<'_> {
    /// Gives the type parameters of a declaration their names in Rust.
    pub(super) fn bind(&mut self, id: Id, parameters: &[Parameter]) -> Vec<String> {
        self.bound.clear();
        let mut names = Vec::new();
        for parameter in parameters {
            let declared = self.schema.nodes.get(&parameter.scope);
            let name = declared
                .and_then(|node| node.parameters.get(usize::from(parameter.index)))
                .map_or("T", String::as_str);
            let mut name = name.to_owned();
            while is_in_use(&name) || names.contains(&name) || self.is_beside(id, &name) {
                name.push('_');
            }
            names.push(name.clone());
            self.bound.push((*parameter, Type::Parameter(name)));
        }
        names
    }

    /// Binds the type parameters of a method's struct, beside those of the interface.
    pub(super) fn bind_members(&mut self, place: &str, id: Id, brand: &Brand) -> Option<()> {
        let in_place = (self.schema.nodes.get(&id)).is_some_and(|node| node.scope == 0);
        let mut bound = Vec::new();
        for parameter in self.parameters.used(self.schema, id) {
            match brand.bound(parameter) {
                Some(ty) => bound.push((parameter, self.ty(place, &ty)?)),
                // What is written in place needs no brand to speak of the interface's own.
                None if in_place && parameter.scope != id => {}
                None => bound.push((parameter, Type::AnyPointer)),
            }
        }
        bound.append(&mut self.bound);
        self.bound = bound;
        Some(())
    }

    /// Which of the interface's type parameters the members use.
    pub(super) fn parameters_in<'m>(
        &self,
        members: impl IntoIterator<Item = &'m Field>,
    ) -> Vec<usize> {
        let members: Vec<_> = members.into_iter().collect();
        let used = self
            .bound
            .iter()
            .enumerate()
            .filter(|(_, (_, bound))| match bound {
                Type::Parameter(name) => members.iter().any(|member| member.ty.mentions(name)),
                _ => false,
            });
        used.map(|(index, _)| index).collect()
    }

    /// Whether a type of that name stands in the same module as the declaration.
    fn is_beside(&self, id: Id, name: &str) -> bool {
        let Some(own) = self.places.declared.get(&id) else {
            return false;
        };
        let place = Place {
            name: name.to_owned(),
            ..own.clone()
        };
        self.places.declared.values().any(|other| *other == place)
    }
}

fn is_in_use(name: &str) -> bool {
    let is_marker = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
    IN_USE.contains(&name) || name.strip_prefix("By").is_some_and(is_marker)
}

impl Type {
    /// The type as a type parameter's: members of it are read and written as any pointer's value is.
    pub(super) fn into_bound(self) -> Self {
        match self {
            Self::Parameter(_) | Self::Bound(_) | Self::AnyPointer => self,
            ty => Self::Bound(Box::new(ty)),
        }
    }

    /// Whether it depends on what a type parameter is bound to.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Parameter(_) | Self::Bound(_) => true,
            Self::List(element) => element.is_open(),
            ty => (ty.named()).is_some_and(|named| named.arguments.iter().any(Self::is_open)),
        }
    }

    /// Whether the type parameter of that name is part of the type.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        match self {
            Self::Parameter(parameter) => parameter == name,
            Self::List(ty) | Self::Bound(ty) => ty.mentions(name),
            _ => (self.named()).is_some_and(|named| {
                (named.arguments.iter()).any(|argument| argument.mentions(name))
            }),
        }
    }

    /// Puts the arguments in the place of the parameters.
    fn substitute(&mut self, parameters: &[String], arguments: &[Self]) {
        match self {
            Self::Parameter(name) => {
                let mut bound = parameters.iter().zip(arguments);
                if let Some((_, argument)) = bound.find(|(parameter, _)| *parameter == name) {
                    *self = argument.clone().into_bound();
                }
            }
            Self::List(ty) | Self::Bound(ty) => ty.substitute(parameters, arguments),
            Self::Enum(named)
            | Self::Struct(named)
            | Self::Group(named)
            | Self::Union(named)
            | Self::Interface(named) => named.substitute(parameters, arguments),
            _ => {}
        }
    }
}

impl Named {
    fn substitute(&mut self, parameters: &[String], arguments: &[Type]) {
        for argument in &mut self.arguments {
            argument.substitute(parameters, arguments);
        }
    }
}

impl Model {
    /// Finds out what bases with type arguments are to those who extend them.
    pub(super) fn brand_bases(&mut self) {
        let mut branded = BTreeMap::new();
        for file in &self.files {
            self.branded_in(&file.items, &mut branded);
        }
        for file in &mut self.files {
            set_branded(&mut file.items, &mut branded);
        }
    }

    fn branded_in(&self, items: &[Item], branded: &mut BTreeMap<Id, Vec<Base>>) {
        for item in items {
            match item {
                Item::Module(module) => self.branded_in(&module.items, branded),
                Item::Interface(item) if item.bases.iter().any(Base::has_arguments) => {
                    let mut bases = item.bases.clone();
                    self.brand(&mut bases, &mut vec![item.id]);
                    branded.insert(item.id, bases);
                }
                _ => {}
            }
        }
    }

    /// `path` is what extends these, since no schema compiler lets an interface extend itself, but nothing
    /// here depends on that.
    fn brand(&self, bases: &mut [Base], path: &mut Vec<Id>) {
        for base in bases.iter_mut().filter(|base| base.has_arguments()) {
            let Some(Item::Interface(item)) = self.item(&base.named.place) else {
                continue;
            };
            if path.contains(&item.id) {
                continue;
            }
            path.push(item.id);
            let mut branded = item.with_arguments(&base.named.arguments);
            self.brand(&mut branded.bases, path);
            base.branded = Some(Box::new(branded));
            path.pop();
        }
    }
}

fn set_branded(items: &mut [Item], branded: &mut BTreeMap<Id, Vec<Base>>) {
    for item in items {
        match item {
            Item::Module(module) => set_branded(&mut module.items, branded),
            Item::Interface(item) => {
                if let Some(bases) = branded.remove(&item.id) {
                    item.bases = bases;
                }
            }
            _ => {}
        }
    }
}

impl Interface {
    /// The interface as it is to those who bind its type parameters.
    fn with_arguments(&self, arguments: &[Type]) -> Self {
        let mut branded = self.clone();
        branded.arguments = arguments.to_vec();
        for base in &mut branded.bases {
            base.named.substitute(&self.parameters, arguments);
        }
        for method in &mut branded.methods {
            let errors = method.errors.iter_mut().map(|error| &mut error.field);
            let params = method.params.fields.iter_mut();
            for field in params.chain(&mut method.results.fields).chain(errors) {
                field.ty.substitute(&self.parameters, arguments);
            }
        }
        branded
    }
}
