//! What `#[ipc_interface]` makes leads back to the words that its user wrote.

use std::str::FromStr;

use proc_macro2::{LineColumn, TokenStream, TokenTree};

const TRAIT: &str = "
pub trait Counter {
    async fn add(&self, amount: u32, label: Words) -> Result<u64, Exception>;
    async fn reset(&self) -> Result<(), Exception>;
    async fn wait(&self) -> Result<(), Exception>;
}";

/// Every place that a name comes from.
fn places(tokens: TokenStream, name: &str, found: &mut Vec<LineColumn>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == name => found.push(ident.span().start()),
            TokenTree::Group(group) => places(group.stream(), name, found),
            _ => {}
        }
    }
}

#[test]
fn names_in_generated_code_lead_to_the_users_words() {
    let arguments = quote::quote!(schema = "ui/schema/ui.capnp");
    let item = TokenStream::from_str(TRAIT).expect("it is Rust");
    let expanded = ipc_gen::attribute::interface(arguments, item);
    assert!(
        !expanded.to_string().contains("compile_error"),
        "{expanded}"
    );
    for (name, at_least, (line, column)) in [
        ("Counter", 5, (2, 10)),
        ("CounterProxy", 5, (2, 10)),
        ("CounterAdapter", 3, (2, 10)),
        ("add", 3, (3, 13)),
        ("reset", 3, (4, 13)),
        // The user's type, in the trait, in the conversions and in the questions to the compiler.
        ("Words", 2, (3, 44)),
    ] {
        let mut found = Vec::new();
        places(expanded.clone(), name, &mut found);
        assert!(found.len() >= at_least, "{name}: {found:?}");
        for place in found {
            assert_eq!((place.line, place.column), (line, column), "{name}");
        }
    }
}
