//! From the schema compiler's facts to the model: files and the declarations in them.
//!
//! What cannot be carried over yet is collected as a problem, and lowering goes on with the rest, so
//! that one run tells everything.

use std::collections::BTreeMap;

use super::{
    Const, ConstType, Enum, Enumerant, File, Interface, Item, Method, Model, Named, Record, Role,
    Struct,
};
use crate::error::{Problem, Problems};
use crate::names;
use crate::schema::{self, Body, Child, Id, Loaded, Node, Schema, SchemaFile, Type};

/// libmultiprocess's file `mp/proxy.capnp`, whose types the runtime provides.
const PROXY_FILE: Id = 0xcc31_6e3f_71a0_40fb;
/// The result that stands for `-> stream`.
const STREAM_RESULT: Id = 0x995f_9a33_77c0_b16e;

/// Pictures everything that the files declare.
pub(crate) fn lower(loaded: &Loaded, problems: &mut Problems) -> Model {
    let files: Vec<_> = loaded
        .files
        .iter()
        .filter(|file| file.id != PROXY_FILE)
        .collect();
    let mut lowering = Lowering {
        schema: &loaded.schema,
        named: BTreeMap::new(),
        problems,
    };
    for (index, file) in files.iter().enumerate() {
        lowering.name_declarations(index, file);
    }
    Model {
        files: files.into_iter().map(|file| lowering.file(file)).collect(),
    }
}

/// A walk over the facts.
pub(super) struct Lowering<'a> {
    pub(super) schema: &'a Schema,
    /// What the files declare at their own level.
    pub(super) named: BTreeMap<Id, Named>,
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
        let items = (self.children(file.id).into_iter())
            .filter_map(|child| self.item(&format!("{}:{}", file.name, child.name), &child))
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

    fn item(&mut self, place: &str, child: &Child) -> Option<Item> {
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
                if !bases.is_empty() {
                    self.problem(
                        place,
                        "interfaces that extend others are not supported yet",
                        "declare one interface with all the methods, if both sides are yours",
                    );
                }
                let methods = (methods.iter().enumerate())
                    .filter_map(|(ordinal, method)| {
                        self.method(&format!("{place}.{}", method.name), ordinal, method)
                    })
                    .collect();
                Some(Item::Interface(Interface {
                    name,
                    docs,
                    id: child.id,
                    methods,
                }))
            }
            Body::File | Body::Annotation => None,
        }
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

    fn method(&mut self, place: &str, ordinal: usize, method: &schema::Method) -> Option<Method> {
        if method.generic {
            let problem = "methods with type parameters are not supported yet";
            self.problem(
                place,
                problem,
                "declare one for each type that it is used with",
            );
            return None;
        }
        if method.results == STREAM_RESULT {
            let problem = "streaming methods are not supported yet";
            self.problem(place, problem, "return `()` instead of `stream`");
            return None;
        }
        let schema = self.schema;
        let params = self.struct_of(place, schema, method.params)?;
        let results = self.struct_of(place, schema, method.results)?;
        let (role, context, params, results) = if method.name == "construct" {
            let role = self.construct(place, params, results)?;
            let empty = |layout: &schema::Struct| Record {
                data_words: layout.data_words,
                pointers: layout.pointers,
                fields: Vec::new(),
            };
            (role, None, empty(params), empty(results))
        } else {
            self.between(place, params, results);
            let (context, params) = self.params_record(place, params);
            let results = self.results_record(place, results);
            let role = if method.name == "destroy" {
                Role::Destroy
            } else {
                Role::Call
            };
            if matches!(role, Role::Destroy)
                && !(params.fields.is_empty() && results.fields.is_empty())
            {
                self.problem(
                    place,
                    "`destroy` is answered by the runtime, which knows no parameters or results of it",
                    "take the Context and return nothing, or give the method another name",
                );
            }
            (role, context, params, results)
        };
        let ordinal = u16::try_from(ordinal).ok()?;
        Some(Method {
            name: method.name.clone(),
            docs: method.docs.clone(),
            ordinal,
            role,
            context,
            params,
            results,
        })
    }

    fn struct_of(&mut self, place: &str, schema: &'a Schema, id: Id) -> Option<&'a schema::Struct> {
        match schema.nodes.get(&id) {
            Some(Node { generic: true, .. }) => {
                let problem = "parameters or results with type parameters are not supported yet";
                self.problem(place, problem, "write them in place, or use a plain struct");
                None
            }
            Some(Node {
                body: Body::Struct(body),
                ..
            }) => Some(body),
            _ => {
                self.problem(
                    place,
                    format!("the schema compiler did not tell the struct {id:#018x}"),
                    "try another version of the schema compiler",
                );
                None
            }
        }
    }
}
