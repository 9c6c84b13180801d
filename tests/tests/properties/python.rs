//! Random values that the official library has encoded: they are read, and written again bit for bit.
//!
//! Canonical forms are compared, since libraries are free in how they order what pointers point at.

use std::collections::BTreeMap;

use capnp::message::ReaderOptions;

use ipc_runtime::{AnyPointer, Exception, PointerValue};
use ipc_tests::multiprocess::{mining, node};
use ipc_tests::peers::{self, Peer};
use ipc_tests::{
    comments, defaults, errors, foo, inner, keywords, lists, optional, recursive, shadowed, unions,
    values,
};

/// How many values of each type.
const COUNT: usize = 40;

const SCHEMAS: &[&str] = &[
    "tests/fixtures/comments.capnp",
    "tests/fixtures/defaults.capnp",
    "tests/fixtures/errors.capnp",
    "tests/fixtures/foo.capnp",
    "tests/fixtures/inner.capnp",
    "tests/fixtures/keywords.capnp",
    "tests/fixtures/lists.capnp",
    "tests/fixtures/optional.capnp",
    "tests/fixtures/recursive.capnp",
    "tests/fixtures/shadowed.capnp",
    "tests/fixtures/type.capnp",
    "tests/fixtures/unions.capnp",
    "tests/fixtures/values.capnp",
    "schema/multiprocess/mining.capnp",
    "schema/multiprocess/node.capnp",
];

/// Decodes and encodes.
type Again = fn(&[u8]) -> Result<Vec<u8>, Exception>;

fn again<T: PointerValue>(bytes: &[u8]) -> Result<Vec<u8>, Exception> {
    let value: T = AnyPointer::from_bytes(bytes)?.get_as()?;
    AnyPointer::new(&value)?.to_bytes()
}

macro_rules! types {
    ($($file:literal { $($name:literal: $ty:ty,)* })*) => {
        BTreeMap::from([$($((concat!($file, ".capnp:", $name), again::<$ty> as Again)),*),*])
    };
}

/// Every struct of the schemas, but for those with generic or open fields, which Python leaves null.
fn types() -> BTreeMap<&'static str, Again> {
    types! {
        "comments" { "Fields": comments::Fields, }
        "defaults" {
            "Point": defaults::Point,
            "Everything": defaults::Everything,
            "Choice": defaults::Choice,
        }
        "errors" { "Problem": errors::Problem, }
        "foo" {
            "FooStruct": foo::FooStruct,
            "FooCustom": foo::FooCustom,
            "FooEmpty": foo::FooEmpty,
            "FooMessage": foo::FooMessage,
            "FooMutable": foo::FooMutable,
            "StringIntPair": foo::StringIntPair,
        }
        "inner" {
            "Outer": inner::Outer,
            "Outer.Inner": inner::outer::Inner,
            "Outer.Type": inner::outer::Type,
            "Outer.Watcher.Event": inner::outer::watcher::Event,
            "Inner.Watched": inner::inner::Watched,
            "Inner.Watched.Rt": inner::inner::watched::Rt,
        }
        "keywords" { "Yield": keywords::Yield, }
        "lists" { "All": lists::All, "Item": lists::Item, }
        "mining" {
            "BlockCreateOptions": mining::BlockCreateOptions,
            "BlockWaitOptions": mining::BlockWaitOptions,
            "BlockCheckOptions": mining::BlockCheckOptions,
            "CoinbaseTx": mining::CoinbaseTx,
        }
        "node" {
            "ProxyInfo": node::ProxyInfo,
            "NodeStateStats": node::NodeStateStats,
            "Banmap": node::Banmap,
            "BlockTip": node::BlockTip,
            "BlockAndHeaderTipInfo": node::BlockAndHeaderTipInfo,
            "LocalServiceInfo": node::LocalServiceInfo,
        }
        "optional" { "Entry": optional::Entry, "Parent": optional::Parent, }
        "recursive" {
            "Node": recursive::Node,
            "Even": recursive::Even,
            "Odd": recursive::Odd,
            "Expression": recursive::Expression,
        }
        "shadowed" {
            "Result": shadowed::Result,
            "Option": shadowed::Option,
            "String": shadowed::String,
            "Vec": shadowed::Vec,
            "Some": shadowed::Some,
            "Ok": shadowed::Ok,
            "T": shadowed::T,
            "Arc": shadowed::Arc,
            "Call": shadowed::Call,
            "F": shadowed::F,
            "Fut": shadowed::Fut,
        }
        "type" { "Settings": ipc_tests::r#type::Settings, }
        "unions" {
            "Shape": unions::Shape,
            "Point": unions::Point,
            "Setting": unions::Setting,
            "Account": unions::Account,
        }
        "values" {
            "Numbers": values::Numbers,
            "Lists": values::Lists,
            "Empty": values::Empty,
        }
    }
}

/// The form of a message that all libraries agree on.
fn canonical(bytes: &[u8]) -> Vec<u8> {
    let message = capnp::serialize::read_message(bytes, ReaderOptions::new());
    let words = message.and_then(|message| message.canonicalize());
    capnp::Word::words_to_bytes(&words.expect("it is a message")).to_vec()
}

fn from_hexadecimal(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let bytes = digits.map(|pair| {
        let pair = std::str::from_utf8(pair).expect("ASCII");
        u8::from_str_radix(pair, 16).expect("hexadecimal digits")
    });
    bytes.collect()
}

#[tokio::test]
async fn values_of_the_official_library_are_written_as_they_were() {
    let Some(python) = peers::program("IPC_INTEROP_PYTHON", "a Python that has pycapnp 2.2") else {
        return;
    };
    let root = peers::workspace();
    let path = |name: &str| root.join(name).display().to_string();
    let seed = u64::from(std::process::id()).to_string();
    let mut arguments = vec![path("tests/interop/values.py")];
    for folder in ["tests/fixtures", "schema", "ipc-gen/include"] {
        arguments.extend(["-I".to_owned(), path(folder)]);
    }
    arguments.extend(["--seed".to_owned(), seed.clone()]);
    arguments.extend(["--count".to_owned(), COUNT.to_string()]);
    arguments.extend(SCHEMAS.iter().map(|schema| path(schema)));
    let (status, lines, report) = Peer::start("values.py", &python, &arguments).finish().await;
    assert!(status.success(), "values.py failed ({status}){report}");

    let types = types();
    let mut tried = BTreeMap::new();
    for line in &lines {
        let (name, message) = line.split_once(' ').expect("a type and a message");
        let Some(again) = types.get(name) else {
            continue;
        };
        let theirs = from_hexadecimal(message);
        let ours = again(&theirs).unwrap_or_else(|error| panic!("{name}, seed {seed}: {error}"));
        assert_eq!(
            canonical(&ours),
            canonical(&theirs),
            "{name}, seed {seed}: {message}"
        );
        *tried.entry(name).or_insert(0) += 1;
    }
    for name in types.keys() {
        assert_eq!(tried.get(name), Some(&COUNT), "{name} was not tried");
    }
}
