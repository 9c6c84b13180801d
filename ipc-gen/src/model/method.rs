//! Lowers methods: libmultiprocess's rules about what parameters and results mean.
//!
//! Its rules about names and their order bind the methods that a C++ peer of its kind can have: those
//! with a Context, with exceptions, or of interfaces that are tied to a C++ class.

use super::lower::Lowering;
use super::member::{CONTEXT, THREAD_MAP, all, annotated, beside, text_of};
use super::types::{Scalar, Value};
use super::{DeclaredError, Method, Presence, Record, Role, Type};
use crate::schema::{self, Annotation, Body, Field, FieldKind, Id, Node};

/// Says which C++ class an interface stands for.
const WRAP: Id = 0xe6f4_6079_b7b1_405e;
/// Says which C++ exception a result is.
const EXCEPTION: Id = 0x996a_1832_0099_2f88;
/// Names the method that ends calls of another one.
const CANCEL_WITH: Id = 0xcd71_a58f_7d3d_c307;

/// What methods return that are declared with `-> stream`.
const STREAM_RESULT: Id = 0x995f_9a33_77c0_b16e;

/// Whether a parameter or result is no part of what the method takes and returns.
pub(super) fn set_apart(field: &Field) -> bool {
    is_thread_map(field) || exception(field).is_some()
}

impl<'a> Lowering<'a> {
    pub(super) fn method(
        &mut self,
        place: &str,
        interface: &Node,
        ordinal: usize,
        method: &schema::Method,
    ) -> Option<Method> {
        let schema = self.schema;
        let params = self.struct_of(place, schema, method.params)?;
        let results = self.struct_of(place, schema, method.results)?;
        let interface_bound = self.bound.clone();
        let (context, plain_params) = split_context(&params.fields);
        let thread_map = self.thread_map(place, &params.fields, &results.fields);
        let role = match method.name.as_str() {
            "construct" => Role::Construct,
            "destroy" => Role::Destroy,
            _ => Role::Call,
        };
        self.bind_members(place, results.id, &method.results_brand)?;
        let errors = self.errors(place, results);
        let lowered_results = self.results(place, params, results);
        self.bound.clone_from(&interface_bound);
        self.bind_members(place, params.id, &method.params_brand)?;
        let lowered_params = self.record(place, params, plain_params);
        self.bound = interface_bound;
        let lowered = Method {
            name: method.name.clone(),
            docs: method.docs.clone(),
            ordinal: u16::try_from(ordinal).ok()?,
            role,
            context,
            generic: method.generic,
            results_parameters: self.parameters_in(&lowered_results.fields),
            errors_parameters: self.parameters_in(errors.iter().map(|error| &error.field)),
            params: lowered_params,
            results: lowered_results,
            errors,
            thread_map,
            cancel_with: cancel_with(&method.annotations),
            streaming: method.results == STREAM_RESULT,
            immediate: false,
        };
        self.run_by_runtime(place, &lowered);
        let wrapped = annotated(&interface.annotations, WRAP);
        if context.is_some() || !lowered.errors.is_empty() || wrapped {
            self.flags(place, params, results);
            self.order(place, params, results);
        }
        Some(lowered)
    }

    /// The results, of which those that a `wantX` parameter asks for may be absent.
    fn results(
        &mut self,
        place: &str,
        params: &'a schema::Struct,
        results: &'a schema::Struct,
    ) -> Record {
        let mut record = self.record(place, results, &results.fields);
        for flag in &params.fields {
            let Some(wanted) = beside(flag, "want", &all(results)) else {
                continue;
            };
            if default_true(flag) {
                continue;
            }
            let result = record
                .fields
                .iter_mut()
                .find(|field| field.name == wanted.name);
            if let Some(result) = result.filter(|field| field.presence == Presence::Always) {
                result.presence = if result.ty.is_pointer() {
                    Presence::Pointer
                } else {
                    Presence::Asked(flag.name.clone())
                };
            }
        }
        record
    }

    /// The results that are C++ exceptions.
    fn errors(&mut self, place: &str, results: &'a schema::Struct) -> Vec<DeclaredError> {
        let mut errors = Vec::new();
        for result in &results.fields {
            let Some(class) = exception(result) else {
                continue;
            };
            let place = format!("{place}.{}", result.name);
            let Some(mut field) = self.field(&place, result, &all(results)) else {
                continue;
            };
            if !field.ty.is_pointer() && field.presence == Presence::Always {
                self.problem(
                    &place,
                    "an exception that is always there cannot say whether the method failed",
                    "make it Text or a struct, or put a `hasX :Bool` beside it",
                );
                continue;
            }
            if field.presence == Presence::Always {
                field.presence = Presence::Pointer;
            }
            let standard = class == "std::exception"
                && matches!(field.ty, Type::Text)
                && field.presence == Presence::Pointer;
            errors.push(DeclaredError { field, standard });
        }
        errors
    }

    /// A flag and what it says to be there travel together; one that asks is false unless set.
    fn flags(&mut self, place: &str, params: &schema::Struct, results: &schema::Struct) {
        for (flags, values) in [(params, results), (results, params)] {
            for flag in &flags.fields {
                let Some(value) = beside(flag, "has", &all(values)) else {
                    continue;
                };
                if beside(flag, "has", &all(flags)).is_some() {
                    continue;
                }
                let place = format!("{place}.{}", flag.name);
                let problem = format!(
                    "`{}` speaks of `{}`, which is on the other side of the method",
                    flag.name, value.name
                );
                self.problem(
                    &place,
                    problem,
                    "put both among the parameters or among the results",
                );
            }
        }
        for flag in params.fields.iter().filter(|flag| default_true(flag)) {
            if beside(flag, "want", &all(results)).is_some() {
                let place = format!("{place}.{}", flag.name);
                let problem = "a flag that asks for a result must be false by default";
                self.problem(&place, problem, "leave the default out");
            }
        }
    }

    fn thread_map(
        &mut self,
        place: &str,
        params: &[Field],
        results: &[Field],
    ) -> Option<(u32, u32)> {
        let mut param = params.iter().filter_map(thread_map_pointer);
        let mut result = results.iter().filter_map(thread_map_pointer);
        let pair = (param.next(), result.next());
        if param.next().is_some() || result.next().is_some() || pair.0.is_some() != pair.1.is_some()
        {
            self.problem(
                place,
                "thread maps are exchanged by the runtime, one for one",
                "declare one ThreadMap among the parameters and one among the results",
            );
        }
        Some((pair.0?, pair.1?))
    }

    /// The methods that the runtime answers have a shape that it knows.
    fn run_by_runtime(&mut self, place: &str, method: &Method) {
        let plain = method.params.fields.is_empty()
            && method.results.fields.is_empty()
            && method.errors.is_empty();
        match method.role {
            Role::Construct if !plain || method.thread_map.is_none() => self.problem(
                place,
                "`construct` is answered by the runtime, which exchanges one ThreadMap for another",
                "declare `construct (threadMap :ThreadMap) -> (threadMap :ThreadMap)`, or give the \
                 method another name",
            ),
            Role::Destroy if !plain || method.thread_map.is_some() => self.problem(
                place,
                "`destroy` is answered by the runtime, which knows no parameters or results of it",
                "take the Context and return nothing, or give the method another name",
            ),
            _ => {}
        }
    }

    /// The order that libmultiprocess relies on without checking it: errors, then `result`, and
    /// nothing behind.
    fn order(&mut self, place: &str, params: &schema::Struct, results: &schema::Struct) {
        if params.fields.iter().any(|param| param.name == "result") {
            self.problem(
                &format!("{place}.result"),
                "`result` is what a method returns, and cannot be a parameter",
                "give the parameter another name",
            );
        }
        let after = results
            .fields
            .iter()
            .skip_while(|field| field.name != "result")
            .skip(1);
        for field in after {
            let in_out = params.fields.iter().any(|param| param.name == field.name);
            let place = format!("{place}.{}", field.name);
            if exception(field).is_some() {
                self.problem(
                    &place,
                    "an exception stands behind `result`, where a C++ peer does not catch it",
                    "put it before `result`",
                );
            } else if !in_out
                && !is_thread_map(field)
                && beside(field, "has", &all(results)).is_none()
            {
                self.problem(
                    &place,
                    "a result stands behind `result`, which C++ peers expect to be the last",
                    "put it before `result`",
                );
            }
        }
    }

    fn struct_of(
        &mut self,
        place: &str,
        schema: &'a schema::Schema,
        id: Id,
    ) -> Option<&'a schema::Struct> {
        match schema.nodes.get(&id) {
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

/// The pointer index of the context, if it comes first, and the parameters without it.
fn split_context(params: &[Field]) -> (Option<u32>, &[Field]) {
    match params.split_first() {
        Some((first, rest)) => match &first.kind {
            FieldKind::Slot {
                offset,
                ty: schema::Type::Struct { id: CONTEXT, .. },
                ..
            } => (Some(*offset), rest),
            _ => (None, params),
        },
        None => (None, params),
    }
}

fn is_thread_map(field: &Field) -> bool {
    thread_map_pointer(field).is_some()
}

fn thread_map_pointer(field: &Field) -> Option<u32> {
    match &field.kind {
        FieldKind::Slot {
            offset,
            ty: schema::Type::Interface { id: THREAD_MAP, .. },
            ..
        } => Some(*offset),
        _ => None,
    }
}

/// The C++ class of a result that is an exception.
fn exception(field: &Field) -> Option<&str> {
    text_of(&field.annotations, EXCEPTION)
}

fn cancel_with(annotations: &[Annotation]) -> Option<String> {
    text_of(annotations, CANCEL_WITH).map(str::to_owned)
}

fn default_true(flag: &Field) -> bool {
    matches!(
        &flag.kind,
        FieldKind::Slot {
            ty: schema::Type::Scalar(Scalar::Bool),
            default: Value::Bool(true),
            ..
        }
    )
}
