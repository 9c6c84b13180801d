//! Holds the parameters and results of a method against those of the schema.

use std::collections::BTreeSet;

use proc_macro2::Ident;

use super::describe::{error_in_rust, output_in_rust, parameter_in_rust};
use super::hold::Held;
use super::signature::{Parameter, Signature};
use super::syntax::{is_unit, name_of, plain};
use super::types::{Conversion, Mismatch, Types};
use crate::compiler::suggest::suggestion;
use crate::model::{Field, Method};
use crate::names;

impl Held<'_> {
    pub(super) fn parameters(&mut self, method: &mut Method, signature: &Signature<'_>) {
        let wanted: Vec<_> = (method.params.fields.iter())
            .map(|field| names::word(field.rust_name()))
            .collect();
        let given: Vec<_> = signature
            .parameters
            .iter()
            .map(|given| given.name.clone())
            .collect();
        let sorted = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
        if given != wanted && sorted(&given) == sorted(&wanted) {
            let moved = given
                .iter()
                .zip(&wanted)
                .position(|(given, wanted)| given != wanted);
            if let Some(parameter) = moved.and_then(|index| signature.parameters.get(index)) {
                let message = format!(
                    "the parameters of `{}` stand in another order",
                    signature.name
                );
                let in_order = method.params.fields.iter().map(parameter_in_rust);
                let in_order: Vec<_> = std::iter::once("&self".to_owned())
                    .chain(in_order)
                    .collect();
                let shown = in_order.join(", ");
                let help = format!("write `({shown})`, as the schema has them");
                self.errors.push(parameter.ident, message, help);
            }
        } else if given.len() == wanted.len() {
            for (parameter, field) in signature.parameters.iter().zip(&method.params.fields) {
                self.parameter_name(parameter, field);
            }
        } else if signature.is_complete() {
            self.parameter_count(method, signature, &wanted);
        }
        for field in &mut method.params.fields {
            let name = names::word(field.rust_name());
            let at = wanted.iter().position(|other| *other == name);
            let by_name = signature.parameters.iter().find(|given| given.name == name);
            let by_place = at.and_then(|index| signature.parameters.get(index));
            let by_place = by_place.filter(|_| given.len() == wanted.len());
            if let Some(parameter) = by_name.or(by_place) {
                let whose = format!("the parameter `{}`", parameter.name);
                let conversion = Conversion {
                    with: parameter.marks.with.as_ref(),
                    from: parameter.marks.from.as_ref(),
                };
                let mark = parameter.marks.nullable.as_ref();
                self.member(field, mark, parameter.ty, whose, conversion);
            }
        }
    }

    fn parameter_name(&mut self, parameter: &Parameter<'_>, field: &Field) {
        let wanted = names::word(field.rust_name());
        if parameter.name != wanted && parameter.name.trim_start_matches('_') != wanted {
            let message = format!("the schema calls this parameter `{}`", field.name);
            self.errors
                .push(parameter.ident, message, format!("write `{wanted}`"));
        }
    }

    fn parameter_count(&mut self, method: &Method, signature: &Signature<'_>, wanted: &[String]) {
        let name = &signature.name;
        for parameter in &signature.parameters {
            if wanted.contains(&parameter.name) {
                continue;
            }
            let is_context = parameter.name == "context"
                || name_of(plain(parameter.ty)).as_deref() == Some("Context");
            let message = format!(
                "the method `{}` has no parameter `{}`",
                method.name, parameter.name
            );
            let missing = wanted.iter().filter(|name| {
                !signature
                    .parameters
                    .iter()
                    .any(|given| given.name == **name)
            });
            let help = if is_context {
                "leave it out: the runtime fills the Context, and `Caller::current()` says who calls".to_owned()
            } else {
                suggestion(&parameter.name, missing).unwrap_or_else(|| {
                    "remove it, or add it to the schema behind the others".to_owned()
                })
            };
            self.errors.push(parameter.item, message, help);
        }
        for field in &method.params.fields {
            let wanted = names::word(field.rust_name());
            if signature
                .parameters
                .iter()
                .any(|given| given.name == wanted)
            {
                continue;
            }
            let near = signature.parameters.iter().map(|given| given.name.as_str());
            if suggestion(&wanted, near).is_some() {
                continue;
            }
            let message = format!(
                "`{name}` lacks the parameter `{}` of the schema",
                field.name
            );
            self.errors.push(
                &signature.item.sig.ident,
                message,
                format!("add `{}`", parameter_in_rust(field)),
            );
        }
    }

    pub(super) fn output(&mut self, method: &mut Method, signature: &Signature<'_>) {
        self.error(method, signature);
        let wanted = output_in_rust(&self.item.ident.to_string(), method);
        let Signature {
            name,
            output,
            marks,
            ..
        } = signature;
        if let [result] = method.results.fields.as_mut_slice() {
            let whose = format!("the result of `{name}`");
            let conversion = Conversion {
                with: marks.with.as_ref(),
                from: marks.from.as_ref(),
            };
            self.member(result, marks.nullable.as_ref(), output, whose, conversion);
            return;
        }
        if let Some(nullable) = &marks.nullable {
            let message = format!("`{name}` has no single result that could be null");
            self.errors.push(
                nullable,
                message,
                "annotate the result in the schema with `$Ipc.nullable`",
            );
        }
        let returns_nothing = method.results.fields.is_empty();
        if (returns_nothing && is_unit(output)) || name_of(output).as_ref() == Some(&wanted) {
            return;
        }
        let (message, help) = if returns_nothing {
            let message = format!("the method `{}` returns nothing in the schema", method.name);
            (message, "write `Result<(), Exception>`".to_owned())
        } else {
            let results = method
                .results
                .fields
                .iter()
                .map(|field| format!("`{}`", field.name));
            let results: Vec<_> = results.collect();
            let message = format!(
                "the method `{}` returns {} together",
                method.name,
                results.join(", ")
            );
            let help = format!(
                "write `{wanted}`, a struct of them that `#[ipc_interface]` makes beside the trait"
            );
            (message, help)
        };
        self.errors.push(output, message, help);
    }

    fn error(&mut self, method: &Method, signature: &Signature<'_>) {
        let Some(error) = signature.error else { return };
        let wanted = error_in_rust(&self.item.ident.to_string(), method);
        let found = name_of(error).unwrap_or_default();
        if found == wanted {
            return;
        }
        let name = &signature.name;
        let (message, help) = if method.has_error_type() {
            let errors = method.errors.iter().filter(|error| !error.standard);
            let errors: Vec<_> = errors
                .map(|error| format!("`{}`", error.field.name))
                .collect();
            let message = format!(
                "`{name}` can fail with the errors {} of the schema",
                errors.join(", ")
            );
            let help = format!(
                "write `{wanted}`, an enum of them that `#[ipc_interface]` makes beside the trait"
            );
            (message, help)
        } else {
            let message = format!("`{name}` fails with an `Exception`, as every call does");
            (message, "write `ipc_runtime::Exception`; other errors convert into it by `Exception::failed`".to_owned())
        };
        self.errors.push(error, message, help);
    }

    fn member(
        &mut self,
        field: &mut Field,
        nullable: Option<&Ident>,
        ty: &syn::Type,
        whose: String,
        conversion: Conversion<'_>,
    ) {
        let types = Types {
            declared: self.declared,
            conversion,
            whose,
        };
        types.nullable(field, nullable, self.errors);
        match types.member(field, ty) {
            Ok(held) => field.ty = held,
            Err(Mismatch { at, message, help }) => self.errors.push(at, message, help),
        }
    }
}
