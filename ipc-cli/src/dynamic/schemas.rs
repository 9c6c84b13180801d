//! What schemas declare, and how it is looked up.

use std::collections::BTreeSet;

use bitcoin_core_ipc::Interfaces;
use ipc_gen::reflection::{
    self, Annotation, Body, Enumerant, Field, FieldKind, Id, Method, Node, Reflected, Struct, Type,
    Value,
};

use super::hashes::hashes;
use crate::args::By;
use crate::failure::Failure;

/// Methods' parameters of these types are the runtime's.
pub(super) const CONTEXT: Id = 0x9c44_e664_5d0b_22c6;
pub(super) const THREAD_MAP: Id = 0xee5e_3717_9ad9_dc9d;
pub(super) const THREAD: Id = 0x81c1_e260_0d0b_56c5;
/// Marks results that are errors.
const EXCEPTION: Id = 0x996a_1832_0099_2f88;
/// Marks what may be null.
const NULLABLE: Id = 0xf8d2_d2af_8736_88be;
/// Names the method that ends calls of another one.
pub(super) const CANCEL_WITH: Id = 0xcd71_a58f_7d3d_c307;

/// The interfaces that can be called, and the types of what they take and return.
#[derive(Debug)]
pub(crate) struct Schemas {
    reflected: Reflected,
    /// The fields of structs that are hashes of Bitcoin.
    hashes: BTreeSet<(Id, String)>,
}

/// A method as an interface has it, of its own or of an interface that it extends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared<'a> {
    pub(crate) interface: Id,
    pub(crate) ordinal: u16,
    pub(crate) method: &'a Method,
}

impl Schemas {
    /// Those of Bitcoin Core, of the set that a node speaks.
    pub(crate) fn of_bitcoin(interfaces: Interfaces) -> Result<Self, Failure> {
        let request: &[u8] = match interfaces {
            Interfaces::V30 => include_bytes!(concat!(env!("OUT_DIR"), "/v30")),
            Interfaces::V31 => include_bytes!(concat!(env!("OUT_DIR"), "/v31")),
            Interfaces::V32 => include_bytes!(concat!(env!("OUT_DIR"), "/v32")),
            Interfaces::Multiprocess => include_bytes!(concat!(env!("OUT_DIR"), "/multiprocess")),
            other => {
                let text = format!("no schema of {other} is built in");
                return Err(Failure::usage(text).advice("name one with --schema FILE"));
            }
        };
        let reflected = reflection::read_request(request).map_err(Failure::usage)?;
        Ok(Self::of(reflected))
    }

    /// Those of the files that are named; none if there are none.
    pub(crate) fn asked_for(by: &By) -> Result<Option<Self>, Failure> {
        if by.schema.is_empty() {
            return Ok(None);
        }
        let reflected = reflection::compile(&by.schema, &by.import_paths);
        Ok(Some(Self::of(reflected.map_err(Failure::usage)?)))
    }

    fn of(reflected: Reflected) -> Self {
        let hashes = hashes(&reflected.schema);
        Self { reflected, hashes }
    }

    fn node(&self, id: Id) -> Option<&Node> {
        self.reflected.schema.nodes.get(&id)
    }

    /// What a declaration is called inside of its file.
    pub(crate) fn name(&self, id: Id) -> &str {
        let name = self.node(id).map_or("?", |node| node.display_name.as_str());
        name.rsplit([':', '.']).next().unwrap_or(name)
    }

    pub(super) fn structure(&self, id: Id) -> Option<&Struct> {
        match &self.node(id)?.body {
            Body::Struct(body) => Some(body),
            _ => None,
        }
    }

    /// Whether a field is a hash of Bitcoin, or a list of them.
    pub(super) fn is_hash(&self, structure: Id, field: &Field) -> bool {
        // Most schemas have none.
        !self.hashes.is_empty() && self.hashes.contains(&(structure, field.name.clone()))
    }

    pub(super) fn enumerants(&self, id: Id) -> &[Enumerant] {
        match self.node(id).map(|node| &node.body) {
            Some(Body::Enum(enumerants)) => enumerants,
            _ => &[],
        }
    }

    /// All interfaces.
    pub(crate) fn interfaces(&self) -> impl Iterator<Item = Id> {
        let nodes = self.reflected.schema.nodes.iter();
        let interfaces = nodes.filter(|(_, node)| matches!(node.body, Body::Interface { .. }));
        interfaces.map(|(id, _)| *id)
    }

    /// Those that the files themselves declare, rather than what these import.
    fn own_interfaces(&self) -> impl Iterator<Item = Id> {
        self.interfaces().filter(|id| {
            let scope = self.node(*id).map(|node| node.scope);
            scope.is_some_and(|scope| self.reflected.files.contains(&scope))
        })
    }

    /// The interface of the object that a server shows first: the one of this name, or `Init`, or the only one.
    pub(crate) fn first_interface(&self, name: Option<&str>) -> Result<Id, Failure> {
        let mut called = self
            .interfaces()
            .filter(|id| self.name(*id) == name.unwrap_or("Init"));
        if let Some(id) = called.next() {
            return Ok(id);
        }
        let mut own = self.own_interfaces();
        if let (None, Some(only), None) = (name, own.next(), own.next()) {
            return Ok(only);
        }
        let names: Vec<_> = self.own_interfaces().map(|id| self.name(id)).collect();
        let names = names.join(", ");
        Err(match name {
            Some(name) => Failure::usage(format!("no interface is called {name}"))
                .advice(format!("the schema has {names}")),
            None => Failure::usage("the schema does not say which interface comes first")
                .advice(format!("say it with --first NAME: one of {names}")),
        })
    }

    /// The methods of an interface, those of the interfaces that it extends first.
    pub(crate) fn methods(&self, interface: Id) -> Vec<Declared<'_>> {
        let mut methods = Vec::new();
        self.collect(interface, &mut vec![], &mut methods);
        methods
    }

    fn collect<'a>(&'a self, interface: Id, seen: &mut Vec<Id>, found: &mut Vec<Declared<'a>>) {
        let Some(Body::Interface { methods, bases }) = self.node(interface).map(|it| &it.body)
        else {
            return;
        };
        if seen.contains(&interface) {
            return;
        }
        seen.push(interface);
        for base in bases {
            self.collect(base.id, seen, found);
        }
        found.extend((0..).zip(methods).map(|(ordinal, method)| Declared {
            interface,
            ordinal,
            method,
        }));
    }

    /// The methods that can be called by who asks for it: the runtime itself calls the others, which begin connections
    /// and end objects.
    pub(crate) fn callable(&self, interface: Id) -> Vec<Declared<'_>> {
        let mut methods = self.methods(interface);
        methods.retain(|it| !matches!(it.method.name.as_str(), "construct" | "destroy"));
        methods
    }

    /// An interface, and those that it extends.
    pub(crate) fn lineage(&self, interface: Id) -> Vec<Id> {
        let mut seen = Vec::new();
        self.collect(interface, &mut seen, &mut vec![]);
        seen
    }

    /// The methods of the first object that bring one, with its interface.
    pub(crate) fn makers(&self, first: Id) -> Vec<(Declared<'_>, Id)> {
        let methods = self.methods(first).into_iter();
        methods
            .filter_map(|declared| Some((declared, self.object(declared.method)?.1)))
            .collect()
    }

    /// The result of a method that is an object to go on with: `result`, or the only one.
    pub(crate) fn object(&self, method: &Method) -> Option<(&str, Id)> {
        let objects = self.structure(method.results)?.fields.iter();
        let objects: Vec<_> = objects
            .filter_map(|field| match slot(field)?.1 {
                Type::Interface {
                    id: THREAD_MAP | THREAD,
                    ..
                } => None,
                Type::Interface { id, .. } => Some((field.name.as_str(), *id)),
                _ => None,
            })
            .collect();
        match &objects[..] {
            [only] => Some(*only),
            several => several.iter().find(|(name, _)| *name == "result").copied(),
        }
    }
}

/// Where a field is, unless it is a group, and of which type it is.
pub(super) fn slot(field: &Field) -> Option<(u32, &Type, &Value)> {
    match &field.kind {
        FieldKind::Slot {
            offset,
            ty,
            default,
        } => Some((*offset, ty, default)),
        FieldKind::Group(_) => None,
    }
}

/// Whether the runtime fills it in.
pub(super) fn is_runtimes(field: &Field) -> bool {
    matches!(
        slot(field),
        Some((
            _,
            Type::Struct { id: CONTEXT, .. } | Type::Interface { id: THREAD_MAP, .. },
            _
        ))
    )
}

/// The fields that people give and are shown.
pub(super) fn shown(body: &Struct) -> impl Iterator<Item = &Field> {
    (body.fields.iter()).filter(|field| {
        !is_runtimes(field) && !is_flag(field, &body.fields) && !is_exception(field)
    })
}

/// Whether it is an error rather than a result.
pub(super) fn is_exception(field: &Field) -> bool {
    annotation(&field.annotations, EXCEPTION).is_some()
}

/// Whether it may be null.
pub(super) fn is_nullable(field: &Field) -> bool {
    annotation(&field.annotations, NULLABLE).is_some()
}

pub(super) fn annotation(annotations: &[Annotation], id: Id) -> Option<&Value> {
    let annotation = annotations.iter().find(|annotation| annotation.id == id)?;
    Some(&annotation.value)
}

/// The Bool that says whether a field is there, `hasX` for `x`.
pub(super) fn flag_of<'a>(field: &Field, fields: &'a [Field]) -> Option<&'a Field> {
    fields.iter().find(|flag| is_flag_of(flag, &field.name))
}

/// Whether it is the flag of any field.
pub(super) fn is_flag(flag: &Field, fields: &[Field]) -> bool {
    fields.iter().any(|field| is_flag_of(flag, &field.name))
}

fn is_flag_of(flag: &Field, name: &str) -> bool {
    use ipc_gen::reflection::Scalar;

    let capitalized = |subject: &str| {
        let (mut subject, mut name) = (subject.chars(), name.chars());
        let first = name.next().map(|first| first.to_ascii_uppercase());
        subject.next() == first && subject.as_str() == name.as_str()
    };
    matches!(slot(flag), Some((_, Type::Scalar(Scalar::Bool), _)))
        && flag.name.strip_prefix("has").is_some_and(capitalized)
}
