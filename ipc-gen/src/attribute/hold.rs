//! Holds a user's trait against its interface, and finds every difference.

use std::collections::BTreeSet;

use syn::ItemTrait;
use syn::ext::IdentExt;

use super::describe::method_in_rust;
use super::errors::Errors;
use super::signature::Signature;
use super::spelling::spell_all;
use crate::compiler::suggest::suggestion;
use crate::model::{Interface, Method, Role};
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
}
