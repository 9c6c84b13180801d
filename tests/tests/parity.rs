//! `#[ipc_interface]` on the trait of an interface makes what the generator makes of its schema.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Item, ReturnType, TraitItem};

/// How names of the standard library are written where nothing is imported, and how where something is.
const ROOTED: &[(&str, &str)] = &[
    (":: ipc_runtime :: rt", "rt"),
    (":: core :: clone :: Clone", "Clone"),
    (":: core :: cmp :: PartialEq", "PartialEq"),
    (":: core :: convert :: AsRef", "AsRef"),
    (":: core :: convert :: From", "From"),
    (":: core :: default :: Default", "Default"),
    (":: core :: fmt :: Debug", "Debug"),
    (":: core :: future :: Future", "Future"),
    (":: core :: marker :: PhantomData", "PhantomData"),
    (":: core :: marker :: Send", "Send"),
    (":: core :: marker :: Sync", "Sync"),
    (":: core :: ops :: Fn", "Fn"),
    (":: core :: option :: Option", "Option"),
    (":: core :: result :: Result", "Result"),
    (":: std :: boxed :: Box", "Box"),
    (":: std :: string :: String", "String"),
    (":: std :: sync :: Arc", "Arc"),
    (":: std :: vec :: Vec", "Vec"),
    ("rt :: Call", "Call"),
    ("rt :: Exception", "Exception"),
];

/// The item with short names, in the layout of generated code.
fn normal(item: &Item) -> String {
    let mut text = item.to_token_stream().to_string();
    for (rooted, short) in ROOTED {
        text = text.replace(rooted, short);
    }
    // Where a method of an interface is called `clone`, generated code is careful with the name.
    text = text.replace("Clone :: clone (", "Arc :: clone (");
    let file = syn::parse_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let text = prettyplease::unparse(&file);
    words(TokenStream::from_str(&text).expect("it is Rust"))
}

/// The tokens without the commas and braces that layout puts there or leaves out.
fn words(tokens: TokenStream) -> String {
    let mut text = String::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    // Layout puts braces around the body of a closure or arm that is long.
                    Delimiter::Brace if text.ends_with("| ") || text.ends_with("> ") => ("", ""),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                let inner = words(group.stream());
                text.push_str(&format!("{open} {inner}{close} "));
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => {}
            token => text.push_str(&format!("{token} ")),
        }
    }
    text
}

/// The trait as a user would write it.
fn by_hand(declared: &syn::ItemTrait) -> syn::ItemTrait {
    let mut written = declared.clone();
    let own: BTreeSet<_> = ["Send", "Sync"].map(str::to_owned).into();
    let bases = written.supertraits.iter().filter(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => {
            !own.contains(&bound.path.to_token_stream().to_string())
        }
        _ => false,
    });
    written.supertraits = bases.cloned().collect();
    if written.supertraits.is_empty() {
        written.colon_token = None;
    }
    for parameter in written.generics.type_params_mut() {
        parameter.bounds.clear();
        parameter.colon_token = None;
    }
    for member in &mut written.items {
        let TraitItem::Fn(method) = member else {
            panic!("traits have methods only")
        };
        method
            .attrs
            .retain(|attribute| attribute.path().is_ident("doc"));
        let ReturnType::Type(_, ty) = &method.sig.output else {
            panic!("methods return futures")
        };
        let syn::Type::ImplTrait(future) = &**ty else {
            panic!("methods return futures")
        };
        let Some(syn::TypeParamBound::Trait(future)) = future.bounds.first() else {
            panic!("it has bounds")
        };
        let arguments = &future
            .path
            .segments
            .last()
            .expect("it has a name")
            .arguments;
        let syn::PathArguments::AngleBracketed(arguments) = arguments else {
            panic!("it has an output")
        };
        let Some(syn::GenericArgument::AssocType(output)) = arguments.args.first() else {
            panic!("it has an output")
        };
        let output = &output.ty;
        method.sig.output = syn::parse2(quote!(-> #output)).expect("it is a type");
        method.sig.asyncness = syn::parse_quote!(async);
    }
    written
}

/// What the attribute makes of a trait, without what it imports, tracks and asserts.
fn expanded(arguments: TokenStream, item: &syn::ItemTrait) -> Vec<Item> {
    let tokens = ipc_gen::attribute::interface(arguments, item.to_token_stream());
    let text = tokens.to_string();
    assert!(!text.contains("compile_error"), "{}: {text}", item.ident);
    let file: syn::File = syn::parse2(tokens).expect("it is Rust");
    let mut items = Vec::new();
    for item in file.items {
        match item {
            Item::Const(hidden) => {
                let syn::Expr::Block(block) = *hidden.expr else {
                    panic!("it is a block")
                };
                items.extend(block.block.stmts.into_iter().filter_map(
                    |statement| match statement {
                        syn::Stmt::Item(Item::Use(_) | Item::Const(_)) => None,
                        syn::Stmt::Item(item) => Some(item),
                        _ => panic!("there are only items"),
                    },
                ));
            }
            item => items.push(item),
        }
    }
    items
}

/// Whether an item belongs to an interface, and not to a type that the schema declares.
fn is_of_interface(item: &Item) -> bool {
    let subject = match item {
        Item::Trait(_) => return true,
        Item::Impl(item) => {
            let of = item
                .trait_
                .as_ref()
                .map(|(path, _)| path.to_token_stream().to_string());
            if of.is_some_and(|of| of.contains("Serve")) {
                return true;
            }
            item.self_ty.to_token_stream().to_string()
        }
        Item::Struct(item) => item.ident.to_string(),
        _ => return false,
    };
    let subject = subject.split([' ', '<']).next().unwrap_or_default();
    ["Proxy", "Adapter", "Results"]
        .iter()
        .any(|end| subject.ends_with(end))
}

/// Compares all interfaces of the files below a module folder; tells how many there were.
fn compare(builder: &ipc_gen::Builder, main: &str, folder: &str) -> usize {
    let files = builder.generate(&[main]).expect("the schema is fine");
    let mut compared = 0;
    for (name, source) in &files {
        let Some(stem) = name
            .strip_suffix(".rs")
            .filter(|stem| !stem.ends_with("mod"))
        else {
            continue;
        };
        let schema = format!("{folder}/{stem}.capnp");
        if !PathBuf::from(&schema).is_file() {
            continue;
        }
        let file = syn::parse_file(source).expect("it is Rust");
        let generated: BTreeSet<_> = file.items.iter().map(normal).collect();
        let mut made = BTreeSet::new();
        for item in &file.items {
            let Item::Trait(declared) = item else {
                continue;
            };
            let interface = declared.ident.to_string();
            let arguments = quote!(
                schema = #schema,
                interface = #interface,
                import_path = ["../schema", "fixtures"],
                src_prefix = #folder,
                types = super::super
            );
            for item in expanded(arguments, &by_hand(declared)) {
                let item = normal(&item);
                made.insert(item);
            }
            compared += 1;
        }
        let generated_here: BTreeSet<_> = generated
            .iter()
            .map(|item| unrooted(item, &files))
            .collect();
        let made: BTreeSet<_> = made.iter().map(|item| unrooted(item, &files)).collect();
        if let Some(item) = made.difference(&generated_here).next() {
            let near = generated_here
                .iter()
                .max_by_key(|other| common(item, other));
            let at = near.map_or(0, |near| common(item, near));
            let (item, near) = (item.get(at..), near.and_then(|near| near.get(at..)));
            panic!("{name}: {item:?}\nand not {near:?}");
        }
        for item in file.items.iter().filter(|item| is_of_interface(item)) {
            let item = unrooted(&normal(item), &files);
            assert!(made.contains(&item), "{name}: not made: {item}");
        }
    }
    compared
}

/// The text without the modules by which generated files refer to each other.
fn unrooted(item: &str, files: &std::collections::BTreeMap<String, String>) -> String {
    let mut text = item.replace("super : : ", "");
    for name in files.keys() {
        let module = name.trim_end_matches(".rs").replace('/', " : : ");
        for part in [
            module.as_str(),
            module.rsplit(" : : ").next().unwrap_or_default(),
        ] {
            text = text.replace(&format!(" {part} : : "), " ");
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many bytes two texts have in common at their beginnings.
fn common(one: &str, other: &str) -> usize {
    let same = one
        .bytes()
        .zip(other.bytes())
        .take_while(|(one, other)| one == other);
    same.count()
}

fn builder(folder: &str) -> ipc_gen::Builder {
    ipc_gen::Builder::new()
        .src_prefix(folder)
        .import_path("../schema")
        .import_path("fixtures")
}

#[test]
fn both_fronts_make_the_same_of_bitcoin_core() {
    for set in ["v30", "v31", "v32", "multiprocess"] {
        let main = format!("../schema/{set}/init.capnp");
        let compared = compare(&builder("../schema"), &main, "../schema");
        assert_eq!(compared, interfaces(&format!("../schema/{set}")), "{set}");
    }
}

/// How many interfaces the schemas of a folder declare.
fn interfaces(folder: &str) -> usize {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let texts = entries.map(|entry| {
        let path = entry.expect("it can be read").path();
        std::fs::read_to_string(path).expect("it is a schema")
    });
    let declared = |text: String| {
        let lines = text.lines().filter(|line| line.starts_with("interface "));
        lines.count()
    };
    texts.map(declared).sum()
}

/// A trait that is its own schema, and the same trait held against what was exported.
#[test]
fn a_trait_is_its_own_schema() {
    let source = std::fs::read_to_string("../examples/guestbook/src/lib.rs").expect("it is there");
    let mut traits = 0;
    for item in syn::parse_file(&source).expect("it is Rust").items {
        let Item::Trait(mut item) = item else {
            continue;
        };
        let attribute = item
            .attrs
            .iter()
            .position(|one| one.path().is_ident("ipc_interface"));
        let attribute = item.attrs.remove(attribute.expect("it has one"));
        let list = attribute
            .meta
            .require_list()
            .expect("it has arguments")
            .tokens
            .to_string();
        let id = list.split([',']).next().expect("its id comes first");
        let id = TokenStream::from_str(id).expect("it is Rust");
        let own: Vec<_> = expanded(id, &item).iter().map(normal).collect();
        let schema = "../examples/guestbook/schema/guestbook.capnp";
        let held: Vec<_> = expanded(quote!(schema = #schema), &item)
            .iter()
            .map(normal)
            .collect();
        assert_eq!(own, held, "{}", item.ident);
        traits += 1;
    }
    assert_eq!(traits, 2);
}

#[test]
fn both_fronts_make_the_same_of_the_fixtures() {
    for (main, interfaces) in [
        ("methods", 1),
        ("optional", 1),
        ("callbacks", 1),
        ("errors", 1),
        ("foo", 1),
        ("inheritance", 1),
        ("generic_interfaces", 1),
        ("keywords", 1),
        ("objects", 1),
        ("shadowed", 1),
        ("values", 1),
    ] {
        let main = format!("fixtures/{main}.capnp");
        let compared = compare(&builder("fixtures"), &main, "fixtures");
        assert!(compared >= interfaces, "{main}: {compared}");
    }
}
