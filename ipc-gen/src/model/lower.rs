//! From the schema compiler's facts to the model: files and the declarations in them.
//!
//! What cannot be carried over yet is collected as a problem, and lowering goes on with the rest, so
//! that one run tells everything.

use super::custom::Overrides;
use super::member::text_of;
use super::naming::{NAME, Places};
use super::parameters::Parameters;
use super::selectors::Wishes;
use super::{Const, Enum, Enumerant, File, Interface, Item, Model, Module, Type};
use crate::error::{Problem, Problems};
use crate::names;
use crate::schema::{Body, Child, Id, Loaded, Parameter, Schema, SchemaFile};

/// libmultiprocess's file `mp/proxy.capnp`, whose types the runtime provides.
const PROXY_FILE: Id = 0xcc31_6e3f_71a0_40fb;

/// Pictures everything that the files declare.
pub(crate) fn lower(
    loaded: &Loaded,
    wishes: &mut Wishes,
    overrides: &mut Overrides,
    problems: &mut Problems,
) -> Model {
    let files: Vec<_> = loaded
        .files
        .iter()
        .chain(&loaded.standard)
        .filter(|file| file.id != PROXY_FILE)
        .collect();
    let mut lowering = Lowering {
        schema: &loaded.schema,
        places: Places::default(),
        parameters: Parameters::of(&loaded.schema),
        bound: Vec::new(),
        wishes,
        overrides,
        problems,
    };
    for (index, file) in files.iter().enumerate() {
        lowering.places.add_file(&loaded.schema, index, file.id);
    }
    lowering.find_overrides(&files);
    let mut model = Model {
        files: files.into_iter().map(|file| lowering.file(file)).collect(),
        ..Model::default()
    };
    model.brand_bases();
    model.follow_fields();
    model
}

/// A walk over the facts.
pub(super) struct Lowering<'a> {
    pub(super) schema: &'a Schema,
    /// Where everything goes that the files declare.
    pub(super) places: Places,
    pub(super) parameters: Parameters,
    /// What the type parameters around the member that is being lowered stand for. The first counts.
    pub(super) bound: Vec<(Parameter, Type)>,
    /// What the caller wants to be otherwise than the schema says.
    pub(super) wishes: &'a mut Wishes,
    /// Which types the caller wants in the place of the schema's.
    pub(super) overrides: &'a mut Overrides,
    problems: &'a mut Problems,
}

impl<'a> Lowering<'a> {
    pub(super) fn problem(&mut self, place: &str, message: impl Into<String>, help: &str) {
        self.problems.push(Problem::at(place, message).help(help));
    }

    fn children(&self, id: Id) -> Vec<Child> {
        self.schema
            .nodes
            .get(&id)
            .map(|node| node.nested.clone())
            .unwrap_or_default()
    }

    fn file(&mut self, file: &SchemaFile) -> File {
        let stem = file.name.strip_suffix(".capnp").unwrap_or(&file.name);
        let module: Vec<_> = stem.split('/').map(names::module).collect();
        if module.iter().any(String::is_empty) {
            self.problem(
                &file.name,
                "the path has a part without letters or digits, so it makes no Rust module",
                "rename the file or folder",
            );
        }
        let items = self.items(&format!("{}:", file.name), file.id);
        let docs = self
            .schema
            .nodes
            .get(&file.id)
            .map(|node| node.docs.clone())
            .unwrap_or_default();
        File {
            name: file.name.clone(),
            module,
            external: None,
            docs,
            items,
        }
    }

    /// What is declared directly inside of a node.
    pub(super) fn items(&mut self, scope: &str, id: Id) -> Vec<Item> {
        let mut items = Vec::new();
        for child in self.children(id) {
            self.item(&format!("{scope}{}", child.name), &child, &mut items);
        }
        items
    }

    fn item(&mut self, place: &str, child: &Child, items: &mut Vec<Item>) {
        let schema = self.schema;
        let Some(node) = schema.nodes.get(&child.id) else {
            return;
        };
        let declared = self.places.declared.get(&child.id);
        let name = declared.map_or_else(|| child.name.clone(), |place| place.name.clone());
        let docs = node.docs.clone();
        match &node.body {
            Body::Const { ty, value } => {
                if let Some(ty) = self.ty(place, ty) {
                    let value = value.clone();
                    items.push(Item::Const(Const {
                        name,
                        docs,
                        ty,
                        value,
                    }));
                }
            }
            Body::Enum(enumerants) => {
                if enumerants.is_empty() {
                    let problem = "an enum without enumerants has no value to begin with";
                    self.problem(place, problem, "give it one, such as `unknown @0`");
                }
                let enumerants = (enumerants.iter())
                    .map(|one| Enumerant {
                        name: (text_of(&one.annotations, NAME).unwrap_or(&one.name)).to_owned(),
                        docs: one.docs.clone(),
                    })
                    .collect();
                items.push(Item::Enum(Enum {
                    name,
                    docs,
                    enumerants,
                }));
            }
            Body::Struct(body) => self.structure(place, name, docs, body, items),
            Body::Interface { methods, bases } => {
                let Some(declared) = self.places.declared.get(&child.id).cloned() else {
                    return;
                };
                let parameters = self.parameters.used(self.schema, child.id);
                let parameters = self.bind(child.id, &parameters);
                let bases = (bases.iter())
                    .filter_map(|base| self.named(place, base.id, Some(&base.brand)))
                    .map(super::Base::new)
                    .collect();
                let methods = (methods.iter().enumerate())
                    .filter_map(|(ordinal, method)| {
                        self.method(&format!("{place}.{}", method.name), node, ordinal, method)
                    })
                    .collect();
                self.bound.clear();
                let arguments = parameters.iter().cloned().map(Type::Parameter).collect();
                let partial = self.wishes.is_partial(place);
                items.push(Item::Interface(Interface {
                    place: declared,
                    name,
                    docs,
                    id: child.id,
                    parameters,
                    arguments,
                    bases,
                    methods,
                    partial,
                }));
                let inner = self.items(&format!("{place}."), child.id);
                self.module(child.id, &child.name, inner, items);
            }
            Body::File | Body::Annotation => {}
        }
    }

    /// Adds the module of what is declared inside of a node.
    pub(super) fn module(&mut self, id: Id, owner: &str, inner: Vec<Item>, items: &mut Vec<Item>) {
        let name = self.places.inner.get(&id).and_then(|path| path.last());
        if let Some(name) = name.filter(|_| !inner.is_empty()) {
            items.push(Item::Module(Module {
                name: name.clone(),
                owner: owner.to_owned(),
                items: inner,
            }));
        }
    }
}
