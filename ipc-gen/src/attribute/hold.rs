//! Holds a user's trait against its interface, and finds every difference.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use syn::ItemTrait;
use syn::ext::IdentExt;

use super::describe::{error_in_rust, method_in_rust, output_in_rust, parameter_in_rust};
use super::errors::Errors;
use super::signature::{Parameter, Signature};
use super::types::{Conversion, Mismatch, Types, is_unit, name_of, plain};
use crate::compiler::suggest::suggestion;
use crate::model::{Field, Interface, Method, Named, Role, Type};
use crate::names;

/// The comparison of a trait with its interface.
pub(super) struct Held<'a> {
    pub(super) item: &'a ItemTrait,
    /// Where the interface is declared.
    pub(super) file: &'a str,
    /// What the schema's files declare, by their names in Rust.
    pub(super) declared: &'a BTreeSet<String>,
    pub(super) errors: &'a mut Errors,
}

impl Held<'_> {
    /// The interface with the user's types in it.
    pub(super) fn hold(&mut self, interface: &Interface, methods: &[Signature<'_>]) -> Interface {
        let mut held = interface.clone();
        held.name = self.item.ident.to_string();
        self.generics(interface);
        self.bases(interface);
        let mut missing = Vec::new();
        for method in &mut held.methods {
            let name = names::word(&method.name);
            let found = methods.iter().find(|signature| signature.name == name);
            match (method.role, found) {
                (Role::Call, Some(signature)) => self.method(interface, method, signature),
                (Role::Call, None) => missing.push(&*method),
                (_, Some(signature)) => self.errors.push(
                    &signature.item.sig.ident,
                    format!("the runtime itself answers `{name}` of every object"),
                    "leave it out; `destroy()` of proxies calls it, and their last drop does, too",
                ),
                (_, None) => {}
            }
        }
        self.extra(interface, methods);
        for method in missing {
            self.missing(interface, method, methods);
        }
        spell_all(&mut held);
        held
    }

    fn missing(&mut self, interface: &Interface, method: &Method, methods: &[Signature<'_>]) {
        let name = names::word(&method.name);
        let written = self.item.items.iter().any(|item| match item {
            syn::TraitItem::Fn(item) => item.sig.ident.unraw() == name.as_str(),
            _ => false,
        });
        let near = methods.iter().map(|signature| signature.name.as_str());
        if written || suggestion(&name, near).is_some() {
            // What is wrong with the method that has this name, or nearly so, was told.
            return;
        }
        let message = format!(
            "the method `{name}` of the interface `{}` of `{}` is missing",
            interface.name, self.file
        );
        let help = format!(
            "add `{}`",
            method_in_rust(&self.item.ident.to_string(), method)
        );
        self.errors.push(&self.item.ident, message, help);
    }

    /// Methods that the interface does not have.
    fn extra(&mut self, interface: &Interface, methods: &[Signature<'_>]) {
        let known: Vec<_> = interface
            .methods
            .iter()
            .map(|method| names::word(&method.name))
            .collect();
        for (index, signature) in methods.iter().enumerate() {
            let ident = &signature.item.sig.ident;
            if methods
                .iter()
                .take(index)
                .any(|other| other.name == signature.name)
            {
                // The compiler tells it.
                continue;
            }
            if known.contains(&signature.name) {
                continue;
            }
            let message = format!(
                "the interface `{}` of `{}` has no method `{}`",
                interface.name, self.file, signature.name
            );
            let open =
                (known.iter()).filter(|name| !methods.iter().any(|other| other.name == **name));
            let camel = interface
                .methods
                .iter()
                .find(|method| method.name == signature.name);
            let help = match camel {
                Some(method) => {
                    format!(
                        "methods are in snake case here: `{}`",
                        names::word(&method.name)
                    )
                }
                None => suggestion(&signature.name, open.clone()).unwrap_or_else(|| {
                    format!(
                        "remove it, or declare it in the schema as the method @{}",
                        known.len()
                    )
                }),
            };
            self.errors.push(ident, message, help);
        }
    }

    /// The type parameters are those of the schema, in its order.
    fn generics(&mut self, interface: &Interface) {
        let mut given = Vec::new();
        for parameter in &self.item.generics.params {
            match parameter {
                syn::GenericParam::Type(parameter) => given.push(parameter.ident.to_string()),
                other => self.errors.push(
                    other,
                    "interfaces have no lifetimes or constants as parameters",
                    "leave it out",
                ),
            }
        }
        if given == interface.parameters {
            return;
        }
        let wanted = interface.parameters.join(", ");
        let (message, help) = if interface.parameters.is_empty() {
            let message = format!("the interface `{}` has no type parameters", interface.name);
            (message, "leave them out".to_owned())
        } else {
            let message = format!(
                "the interface `{}` has the type parameters `{wanted}`",
                interface.name
            );
            (
                message,
                format!("write `trait {}<{wanted}>`", self.item.ident),
            )
        };
        if given.is_empty() {
            self.errors.push(&self.item.ident, message, help);
        } else {
            self.errors.push(&self.item.generics.params, message, help);
        }
    }

    /// The supertraits are the interfaces that this one extends.
    fn bases(&mut self, interface: &Interface) {
        let mut named = Vec::new();
        for bound in &self.item.supertraits {
            if let syn::TypeParamBound::Trait(bound) = bound
                && let Some(last) = bound.path.segments.last()
            {
                named.push((last.ident.to_string(), bound));
            }
        }
        let bases: Vec<_> = interface
            .bases
            .iter()
            .map(|base| &base.named.place.name)
            .collect();
        for base in &bases {
            if !named.iter().any(|(name, _)| name == *base) {
                let message = format!("the interface `{}` extends `{base}`", interface.name);
                let help = format!(
                    "write `trait {}: {base}`, with that trait in scope",
                    self.item.ident
                );
                self.errors.push(&self.item.ident, message, help);
            }
        }
        for (name, bound) in named {
            let is_ours = matches!(name.as_str(), "Send" | "Sync");
            if !is_ours && !bases.contains(&&name) {
                let message = format!(
                    "the interface `{}` does not extend `{name}`",
                    interface.name
                );
                let help = "only what the schema says it extends can be a supertrait, beside Send and Sync";
                self.errors.push(bound, message, help);
            }
        }
    }

    fn method(&mut self, interface: &Interface, method: &mut Method, signature: &Signature<'_>) {
        self.parameters(method, signature);
        self.output(method, signature);
        if signature.immediate {
            if method.context.is_some() {
                let message = format!(
                    "`{}` may wait and call back, since it has a Context",
                    signature.name
                );
                self.errors
                    .push(signature.item.sig.fn_token, message, "write `async fn`");
            }
            method.immediate = true;
        }
        if let Some(name) = &signature.marks.cancel_with {
            self.cancel_with(interface, method, name);
        }
    }

    fn cancel_with(&mut self, interface: &Interface, method: &mut Method, name: &syn::LitStr) {
        let text = name.value();
        let of_calls = interface
            .methods
            .iter()
            .filter(|other| other.role == Role::Call);
        let known: Vec<_> = of_calls
            .map(|other| (names::word(&other.name), other))
            .collect();
        match known.iter().find(|(other, _)| *other == text) {
            Some((_, other)) if other.params.fields.is_empty() => {
                method.cancel_with = Some(other.name.clone());
            }
            Some(_) => self.errors.push(
                name,
                format!("`{text}` cannot end a call, since it takes parameters"),
                "name a method that takes nothing but `&self`",
            ),
            None => {
                let message = format!("`{}` has no method `{text}`", interface.name);
                let help = suggestion(&text, known.iter().map(|(name, _)| name));
                let help = help.unwrap_or_else(|| "name a method of this trait".to_owned());
                self.errors.push(name, message, help);
            }
        }
    }

    fn parameters(&mut self, method: &mut Method, signature: &Signature<'_>) {
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
        } else {
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

    fn output(&mut self, method: &mut Method, signature: &Signature<'_>) {
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

/// Lets what the user has written of a declaration stand for it where nobody writes it, as in a struct of
/// results.
fn spell_all(interface: &mut Interface) {
    let mut known = BTreeMap::new();
    for field in interface.methods.iter_mut().flat_map(fields) {
        each_named(&mut field.ty, &mut |named| {
            if let Some(written) = &named.written {
                known
                    .entry(named.place.clone())
                    .or_insert_with(|| written.clone());
            }
        });
    }
    for field in interface.methods.iter_mut().flat_map(fields) {
        each_named(&mut field.ty, &mut |named| {
            if named.written.is_none() {
                named.written = known.get(&named.place).cloned();
            }
        });
    }
}

/// Everything that a method takes, returns or fails with.
fn fields(method: &mut Method) -> impl Iterator<Item = &mut Field> {
    let errors = method.errors.iter_mut().map(|error| &mut error.field);
    let params = method.params.fields.iter_mut();
    params.chain(&mut method.results.fields).chain(errors)
}

fn each_named(ty: &mut Type, act: &mut impl FnMut(&mut Named)) {
    match ty {
        Type::List(ty) | Type::Bound(ty) => each_named(ty, act),
        Type::Custom(custom) => each_named(&mut custom.wire, act),
        Type::Enum(named)
        | Type::Struct(named)
        | Type::Group(named)
        | Type::Union(named)
        | Type::Interface(named) => {
            for argument in &mut named.arguments {
                each_named(argument, act);
            }
            act(named);
        }
        _ => {}
    }
}
