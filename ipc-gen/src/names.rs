//! From the schema's names to Rust's.

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Literal, Span};

/// The words that edition 2024 keeps for itself and that `r#` makes usable.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// What generated modules mean something else by: the runtime, and the types that need no import.
const NOT_MODULES: &[&str] = &[
    "rt", "json_rt", "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "isize", "str", "u8",
    "u16", "u32", "u64", "usize",
];

/// The words that cannot even be raw identifiers.
const PATH_KEYWORDS: &[&str] = &["self", "super", "crate", "Self", "_"];

/// A method, parameter or field: `getTransactionsByTxID` is `get_transactions_by_tx_id`.
pub(crate) fn snake(name: &str) -> String {
    leading_letter(name.to_snake_case())
}

/// The same as its user reads it, without the `r#` of keywords.
pub(crate) fn word(name: &str) -> String {
    let ident = ident(&snake(name)).to_string();
    ident.trim_start_matches("r#").to_owned()
}

/// A constant: `maxMoney` is `MAX_MONEY`.
pub(crate) fn shouty(name: &str) -> String {
    leading_letter(name.to_shouty_snake_case())
}

/// An enumerant, or the part of a type's name that comes from a method: `checkBlock` is `CheckBlock`.
pub(crate) fn camel(name: &str) -> String {
    leading_letter(name.to_upper_camel_case())
}

/// A schema file or folder as a module: `block-filter` is `block_filter`. Empty if no letter is left.
pub(crate) fn module(name: &str) -> String {
    let ascii = name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    match snake(&ascii).as_str() {
        // The file `mod.rs` is the folder's own.
        "mod" => "mod_".to_owned(),
        word if PATH_KEYWORDS.contains(&word) || NOT_MODULES.contains(&word) => format!("{word}_"),
        word => word.to_owned(),
    }
}

/// The type that holds the several results of a method.
pub(crate) fn results_struct(interface: &str, method: &str) -> String {
    format!("{interface}{}Results", camel(method))
}

/// The type of the errors that a method declares.
pub(crate) fn error_type(interface: &str, method: &str) -> String {
    format!("{interface}{}Error", camel(method))
}

/// The handle that callers of an interface hold.
pub(crate) fn proxy(interface: &str) -> String {
    beside(interface, "Proxy")
}

/// The type that serves an interface.
pub(crate) fn adapter(interface: &str) -> String {
    beside(interface, "Adapter")
}

/// The type that calls an interface by JSON-RPC.
pub(crate) fn json_client(interface: &str) -> String {
    beside(interface, "JsonRpcClient")
}

/// The name as rustc takes it: raw where it is a keyword, with `_` behind where even that is not enough.
pub(crate) fn ident(name: &str) -> Ident {
    if PATH_KEYWORDS.contains(&name) {
        Ident::new(&format!("{name}_"), Span::call_site())
    } else if KEYWORDS.contains(&name) {
        Ident::new_raw(name, Span::call_site())
    } else {
        Ident::new(name, Span::call_site())
    }
}

/// A name near `wanted` that is none of the `taken` ones.
pub(crate) fn fresh(wanted: &str, taken: &[Ident]) -> Ident {
    let mut name = wanted.to_owned();
    while taken.iter().any(|ident| *ident == name) {
        name.push('_');
    }
    ident(&name)
}

/// A number without a suffix.
pub(crate) fn number(value: impl Into<u64>) -> Literal {
    Literal::u64_unsuffixed(value.into())
}

/// A `u16` with its suffix, for where nothing else says the type.
pub(crate) fn suffixed(value: u16) -> Literal {
    Literal::u16_suffixed(value)
}

/// A name made from a type's; what the type was given to be unique stays at the end.
fn beside(name: &str, suffix: &str) -> String {
    let stem = name.trim_end_matches('_');
    let marks = &name[stem.len()..];
    format!("{stem}{suffix}{marks}")
}

fn leading_letter(name: String) -> String {
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_where_readers_split_them() {
        assert_eq!(snake("getTransactionsByTxID"), "get_transactions_by_tx_id");
        assert_eq!(snake("interruptWait"), "interrupt_wait");
        assert_eq!(shouty("maxMoney"), "MAX_MONEY");
        assert_eq!(camel("checkBlock"), "CheckBlock");
        assert_eq!(module("c++"), "c");
        assert_eq!(module("2fa-codes"), "_2fa_codes");
        assert_eq!(module("mod"), "mod_");
        assert_eq!(module("x²"), "x");
        assert_eq!(module("++"), "");
    }

    #[test]
    fn keywords_become_usable() {
        for word in KEYWORDS {
            assert_eq!(ident(word).to_string(), format!("r#{word}"));
        }
        assert_eq!(ident("self").to_string(), "self_");
        assert_eq!(ident("Self").to_string(), "Self_");
        assert_eq!(ident("union").to_string(), "union");
    }

    #[test]
    fn fresh_names_avoid_the_taken_ones() {
        let taken = [ident("params"), ident("params_")];
        assert_eq!(fresh("params", &taken).to_string(), "params__");
        assert_eq!(fresh("results", &taken).to_string(), "results");
    }
}
