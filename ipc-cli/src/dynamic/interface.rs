//! What the runtime has to know of an interface, made from a schema.

use std::collections::BTreeMap;

use ipc_gen::reflection::{Id, Struct, Type, Value};
use ipc_runtime::rt;

use super::schemas::{CANCEL_WITH, CONTEXT, Declared, Schemas, THREAD_MAP, annotation, slot};

/// What streaming methods return.
const STREAM: Id = 0x995f_9a33_77c0_b16e;

/// A method that can be called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DynamicMethod<'a> {
    pub(crate) declared: Declared<'a>,
    pub(crate) runtime: &'static rt::Method,
}

/// The interfaces of a schema, for the runtime.
///
/// The runtime knows interfaces by constants of the program. Those that are made here are never freed: there is one for
/// each interface of the schema, and the program runs a command and ends.
#[derive(Debug)]
pub(crate) struct Interfaces {
    known: BTreeMap<Id, (&'static rt::Interface, Vec<&'static rt::Method>)>,
}

impl Interfaces {
    pub(crate) fn of(schemas: &Schemas) -> Self {
        let known = schemas
            .interfaces()
            .map(|id| (id, interface(schemas, id)))
            .collect();
        Self { known }
    }

    pub(crate) fn interface(&self, id: Id) -> Option<&'static rt::Interface> {
        self.known.get(&id).map(|(interface, _)| *interface)
    }

    /// The method of this name, if it is one to be called.
    pub(crate) fn method<'a>(
        &self,
        schemas: &'a Schemas,
        interface: Id,
        name: &str,
    ) -> Option<DynamicMethod<'a>> {
        let (_, methods) = self.known.get(&interface)?;
        let declared = schemas.methods(interface);
        // Its own method comes after one of the same name that it inherits.
        let mut pairs = declared.into_iter().zip(methods).rev();
        let (declared, runtime) = pairs.find(|(declared, _)| declared.method.name == name)?;
        let callable = schemas.callable(interface);
        callable.iter().find(|it| it.method.name == name)?;
        Some(DynamicMethod { declared, runtime })
    }
}

fn interface(schemas: &Schemas, id: Id) -> (&'static rt::Interface, Vec<&'static rt::Method>) {
    let declared = schemas.methods(id);
    let named = |name: &str| declared.iter().position(|it| it.method.name == name);
    let plain: Vec<&'static rt::Method> = declared
        .iter()
        .map(|declared| leaked(method(schemas, declared)))
        .collect();
    let with_canceller =
        |(declared, plain_method): (&Declared<'_>, &&'static rt::Method)| match annotation(
            &declared.method.annotations,
            CANCEL_WITH,
        ) {
            Some(Value::Text(name)) => named(name).map_or(*plain_method, |canceller| {
                leaked(plain_method.cancel_with(plain[canceller]))
            }),
            _ => *plain_method,
        };
    let methods: Vec<_> = declared.iter().zip(&plain).map(with_canceller).collect();
    let all: &'static [&'static rt::Method] = methods.clone().leak();
    let name: &'static str = schemas.name(id).to_owned().leak();
    let mut interface = rt::Interface::new(name, id, all);
    if let Some(at) = named("construct") {
        interface = interface.construct(methods[at]);
    }
    if let Some(at) = named("destroy") {
        interface = interface.destroy(methods[at]);
    }
    (leaked(interface), methods)
}

/// A method without what ends its calls.
fn method(schemas: &Schemas, declared: &Declared<'_>) -> rt::Method {
    let name = format!(
        "{}.{}",
        schemas.name(declared.interface),
        declared.method.name
    );
    let mut method = rt::Method::new(declared.interface, declared.ordinal, name.leak());
    let params = schemas.structure(declared.method.params);
    let results = schemas.structure(declared.method.results);
    if let Some(params) = params {
        method = method.params(params.data_words, params.pointers);
    }
    if let Some(results) = results {
        method = method.results(results.data_words, results.pointers);
    }
    if let Some(pointer) = params.and_then(|params| pointer_of(params, CONTEXT)) {
        method = method.context(pointer);
    }
    let map = |body: Option<&Struct>| body.and_then(|body| pointer_of(body, THREAD_MAP));
    if let (Some(param), Some(result)) = (map(params), map(results)) {
        method = method.thread_map(param, result);
    }
    if declared.method.results == STREAM {
        method = method.streaming();
    }
    method
}

/// The pointer that has this type.
fn pointer_of(body: &Struct, wanted: Id) -> Option<u16> {
    body.fields.iter().find_map(|field| match slot(field)? {
        (offset, Type::Struct { id, .. } | Type::Interface { id, .. }, _) if *id == wanted => {
            u16::try_from(offset).ok()
        }
        _ => None,
    })
}

fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
