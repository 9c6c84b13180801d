//! From the schema compiler's facts to the model: files and the declarations in them.
//!
//! What cannot be carried over yet is collected as a problem, and lowering goes on with the rest, so
//! that one run tells everything.

use std::collections::BTreeMap;

use super::selectors::Selectors;
use super::{Const, ConstType, Enum, Enumerant, File, Interface, Item, Model, Named, Struct};
use crate::error::{Problem, Problems};
use crate::names;
use crate::schema::{Base, Body, Child, Id, Loaded, Node, Schema, SchemaFile, Type};

/// libmultiprocess's file `mp/proxy.capnp`, whose types the runtime provides.
const PROXY_FILE: Id = 0xcc31_6e3f_71a0_40fb;

/// Pictures everything that the files declare.
pub(crate) fn lower(loaded: &Loaded, nullable: &[String], problems: &mut Problems) -> Model {
    let files: Vec<_> = loaded
        .files
        .iter()
        .filter(|file| file.id != PROXY_FILE)
        .collect();
    let mut lowering = Lowering {
        schema: &loaded.schema,
        named: BTreeMap::new(),
        nullable: Selectors::new(nullable),
        problems,
    };
    for (index, file) in files.iter().enumerate() {
        lowering.name_declarations(index, file);
    }
    let model = Model {
        files: files
            .into_iter()
            .enumerate()
            .map(|(index, file)| lowering.file(index, file))
            .collect(),
    };
    let Lowering {
        nullable, problems, ..
    } = lowering;
    nullable.check(problems);
    model
}

/// A walk over the facts.
pub(super) struct Lowering<'a> {
    pub(super) schema: &'a Schema,
    /// What the files declare at their own level.
    pub(super) named: BTreeMap<Id, Named>,
    /// What the caller wants to be optional.
    pub(super) nullable: Selectors,
    problems: &'a mut Problems,
}

impl<'a> Lowering<'a> {
    pub(super) fn problem(&mut self, place: &str, message: impl Into<String>, help: &str) {
        self.problems.push(Problem::at(place, message).help(help));
    }

    fn name_declarations(&mut self, index: usize, file: &SchemaFile) {
        for child in self.children(file.id) {
            self.named.insert(
                child.id,
                Named {
                    file: index,
                    name: child.name,
                },
            );
        }
    }

    fn children(&self, id: Id) -> Vec<Child> {
        self.schema
            .nodes
            .get(&id)
            .map(|node| node.nested.clone())
            .unwrap_or_default()
    }

    fn file(&mut self, index: usize, file: &SchemaFile) -> File {
        let stem = file.name.strip_suffix(".capnp").unwrap_or(&file.name);
        let module: Vec<_> = stem.split('/').map(names::module).collect();
        if module.iter().any(String::is_empty) {
            self.problem(
                &file.name,
                "the path has a part without letters or digits, so it makes no Rust module",
                "rename the file or folder",
            );
        }
        let items = (self.children(file.id).into_iter())
            .filter_map(|child| self.item(index, &format!("{}:{}", file.name, child.name), &child))
            .collect();
        let docs = self
            .schema
            .nodes
            .get(&file.id)
            .map(|node| node.docs.clone())
            .unwrap_or_default();
        File {
            name: file.name.clone(),
            module,
            docs,
            items,
        }
    }

    fn item(&mut self, file: usize, place: &str, child: &Child) -> Option<Item> {
        let node = self.schema.nodes.get(&child.id)?;
        self.nested(place, node);
        if node.generic {
            let problem = "declarations with type parameters are not supported yet";
            self.problem(
                place,
                problem,
                "declare one for each type that it is used with",
            );
            return None;
        }
        let (name, docs) = (child.name.clone(), node.docs.clone());
        match &node.body {
            Body::Const { ty, value } => self.constant(place, ty).map(|ty| {
                Item::Const(Const {
                    name,
                    docs,
                    ty,
                    value: value.clone(),
                })
            }),
            Body::Enum(enumerants) => {
                if enumerants.is_empty() {
                    let problem = "an enum without enumerants has no value to begin with";
                    self.problem(place, problem, "give it one, such as `unknown @0`");
                }
                let enumerants = (enumerants.iter())
                    .map(|one| Enumerant {
                        name: one.name.clone(),
                        docs: one.docs.clone(),
                    })
                    .collect();
                Some(Item::Enum(Enum {
                    name,
                    docs,
                    enumerants,
                }))
            }
            Body::Struct(body) => Some(Item::Struct(Struct {
                name,
                docs,
                record: self.struct_record(place, body),
            })),
            Body::Interface { methods, bases } => {
                let bases = (bases.iter())
                    .filter_map(|base| self.base(place, base))
                    .collect();
                let methods = (methods.iter().enumerate())
                    .filter_map(|(ordinal, method)| {
                        self.method(&format!("{place}.{}", method.name), node, ordinal, method)
                    })
                    .collect();
                Some(Item::Interface(Interface {
                    file,
                    name,
                    docs,
                    id: child.id,
                    bases,
                    methods,
                }))
            }
            Body::File | Body::Annotation => None,
        }
    }

    fn base(&mut self, place: &str, base: &Base) -> Option<Named> {
        if base.generic {
            let problem = "bases with type parameters are not supported yet";
            self.problem(place, problem, "extend an interface without them");
            return None;
        }
        self.named(place, base.id)
    }

    fn nested(&mut self, place: &str, node: &Node) {
        for child in &node.nested {
            let declared = self.schema.nodes.get(&child.id).map(|node| &node.body);
            if !matches!(declared, Some(Body::Annotation)) {
                self.problem(
                    &format!("{place}.{}", child.name),
                    "declarations inside other declarations are not supported yet",
                    "move it out, to the file's own level",
                );
            }
        }
    }

    fn constant(&mut self, place: &str, ty: &Type) -> Option<ConstType> {
        match ty {
            Type::Scalar(scalar) => Some(ConstType::Scalar(*scalar)),
            Type::Text => Some(ConstType::Text),
            Type::Data => Some(ConstType::Data),
            _ => {
                self.problem(
                    place,
                    "constants of this type are not supported yet",
                    "numbers, Bool, Text and Data are",
                );
                None
            }
        }
    }
}
