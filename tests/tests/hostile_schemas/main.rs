//! Schemas that are made to hurt: all get an answer, soon, and without much memory or stack.

#[path = "../schema_compiler/deadline.rs"]
mod deadline;
#[path = "../schema_compiler/random/mod.rs"]
mod random;

use std::alloc::System;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cap::Cap;
use random::Rng;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// What compiling may take at any time, however short the schema, and for each byte of it.
const MOST: usize = 128 << 20;
const MOST_PER_BYTE: usize = 1 << 10;

/// How many random inputs of each kind, unless the environment variable `HOSTILE_SCHEMAS` says otherwise.
const CASES: u64 = 400;

/// Memory is that of the process, so one test runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn cases() -> u64 {
    let given = std::env::var("HOSTILE_SCHEMAS").ok();
    given.map_or(CASES, |given| given.parse().expect("it is a number"))
}

/// Compiles a schema on a thread with the usual stack, which is a quarter of a program's own.
fn compile(text: impl Into<Vec<u8>>) -> Result<usize, String> {
    let text = text.into();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("hostile.capnp");
    std::fs::write(&file, &text).expect("the schema can be written");
    let builder = ipc_gen::Builder::new().src_prefix(folder.path());
    let before = ALLOCATOR.allocated();
    let compiled = deadline::within("our compiler", move || builder.request(&[file]));
    // Of all compilations so far; that the others took less only makes this one right.
    let taken = ALLOCATOR.max_allocated().saturating_sub(before);
    let most = MOST + MOST_PER_BYTE * text.len();
    assert!(taken < most, "{taken} bytes for a schema of {}", text.len());
    compiled
        .map(|request| request.len())
        .map_err(|error| error.to_string())
}

/// Compiles a schema that must be rejected for this reason.
fn reject(text: &str, reason: &str) {
    let error = compile(format!("@0xe1b2c3d4e5f60102;\n{text}")).expect_err("it is hostile");
    assert!(
        error.contains(reason),
        "{}",
        &error[..error.len().min(2000)]
    );
}

#[test]
fn nesting_has_an_end() {
    let _alone = alone();
    const DEEP: usize = 100_000;
    let inside = "stands inside of more than";
    reject(&format!("const a :Int32 = {}", "(".repeat(DEEP)), inside);
    reject(&format!("const a :Int32 = {}", "[".repeat(DEEP)), inside);
    reject(&"struct A {".repeat(DEEP), inside);
    reject(
        &format!("const a :Int32 = {}1;", "-".repeat(DEEP)),
        "expected a type or value",
    );
    let list = format!(
        "const a :{}Text{} = [];",
        "List(".repeat(DEEP),
        ")".repeat(DEEP)
    );
    reject(&list, inside);
    let mut both = "A".to_owned();
    for _ in 0..60 {
        both = format!("A{}({both})", ".b".repeat(60));
    }
    for declaration in ["using Z = ", "const z :Int32 = ", "const z :"] {
        reject(&format!("{declaration}{both};"), "");
    }
    let members = format!("using A = B{};", ".C".repeat(DEEP));
    reject(&members, "parts follow each other");
    let calls = format!("using A = B{};", "(C)".repeat(DEEP));
    reject(&calls, "parts follow each other");
}

#[test]
fn chains_have_an_end() {
    let _alone = alone();
    let mut aliases = "struct Zero {}\nusing A0 = Zero;\n".to_owned();
    let mut constants = "const c0 :Int32 = 1;\nconst p0 :List(Int32) = [1];\n".to_owned();
    let mut lists = "const l0 :List(Text) = [];\n".to_owned();
    for index in 1..5_000 {
        let before = index - 1;
        writeln!(aliases, "using A{index} = A{before};").expect("strings take everything");
        writeln!(constants, "const c{index} :Int32 = .c{before};")
            .expect("strings take everything");
        writeln!(lists, "const l{index} :List(Text) = .l{before};")
            .expect("strings take everything");
    }
    // Backwards, so that the first one leads to all others.
    let backwards = |text: &str| text.lines().rev().collect::<Vec<_>>().join("\n");
    let reason = "leads through too many";
    reject(&backwards(&aliases), reason);
    reject(&backwards(&constants), reason);
    reject(&backwards(&lists), reason);
}

#[test]
fn circles_are_found() {
    let _alone = alone();
    reject(
        "const a :Int32 = .b; const b :Int32 = .a;",
        "depends on itself",
    );
    reject(
        "const a :List(Text) = .b; const b :List(Text) = .a;",
        "depends on itself",
    );
    reject(
        "using A = B; using B = A; struct C { a @0 :A; }",
        "is not defined",
    );
    reject("annotation a(annotation) :Void $a;", "depends on itself");
    reject(
        "struct S { a @0 :S = .c; } const c :S = (a = .c);",
        "depends on itself",
    );
}

#[test]
fn what_doubles_has_an_end() {
    let _alone = alone();
    let mut types =
        "struct Pair(A, B) { a @0 :A; b @1 :B; }\nusing T0 = Pair(Text, Text);\n".to_owned();
    let mut values = "struct S { a @0 :S; b @1 :S; }\nconst s0 :S = ();\n".to_owned();
    for index in 1..64 {
        let before = index - 1;
        writeln!(types, "using T{index} = Pair(T{before}, T{before});")
            .expect("strings take everything");
        writeln!(
            values,
            "const s{index} :S = (a = .s{before}, b = .s{before});"
        )
        .expect("strings take everything");
    }
    types.push_str("struct Uses { t @0 :T63; }");
    reject(&types, "too many parts");
    reject(&values, "becomes too large");
    let mut wide = String::new();
    for index in 0..2_000 {
        writeln!(wide, "f{index} @{index} :UInt64;").expect("strings take everything");
    }
    let elements = "(),".repeat(50_000);
    reject(
        &format!("struct Wide {{ {wide} }} const wide :List(Wide) = [{elements}];"),
        "becomes too large",
    );
}

#[test]
fn structs_have_a_largest_size() {
    let _alone = alone();
    let mut fields = String::new();
    for index in 0..65_536 {
        writeln!(fields, "f{index} @{index} :Text;").expect("strings take everything");
    }
    reject(&format!("struct Large {{ {fields} }}"), "too large");
    reject("struct A { a @65536 :Text; }", "over 65535");
    reject("enum A { a @18446744073709551615; }", "over 65535");
}

#[test]
fn any_bytes_get_an_answer() {
    let _alone = alone();
    let mut rng = Rng::new(7);
    for _ in 0..cases() {
        let length = rng.below(200);
        let bytes: Vec<u8> = (0..length).map(|_| rng.bits().to_le_bytes()[0]).collect();
        // Nearly all are wrong; that there is an answer is enough.
        let _ = compile(bytes);
    }
}

#[test]
fn any_text_of_the_languages_signs_gets_an_answer() {
    let _alone = alone();
    const SIGNS: &[u8] = b"{}()[];:=@$.,-*!#\"'`\\0x19 \n\tabAB_structunionListconst";
    let mut rng = Rng::new(8);
    for _ in 0..cases() {
        let length = rng.below(300);
        let mut bytes = b"@0xe1b2c3d4e5f60102;\n".to_vec();
        bytes.extend((0..length).map(|_| *rng.pick(SIGNS)));
        let _ = compile(bytes);
    }
}

#[test]
fn any_damage_to_a_schema_gets_an_answer() {
    let _alone = alone();
    let mut rng = Rng::new(9);
    for seed in 0..cases() {
        let mut bytes = random::schema(seed).into_bytes();
        for _ in 0..1 + rng.below(8) {
            let place = rng.below(bytes.len());
            match rng.below(3) {
                0 => bytes[place] = rng.bits().to_le_bytes()[0],
                1 => bytes.truncate(place.max(1)),
                _ => bytes[place] = *rng.pick(b"{}()[];:=@$.\""),
            }
        }
        let _ = compile(bytes);
    }
}
