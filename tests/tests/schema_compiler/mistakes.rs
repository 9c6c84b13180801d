//! What is said of mistakes, word for word. The official compiler rejects all of them, too.

use std::fmt::Write;

use super::compare::{self, Verdict};
use super::official::Official;

/// Schemas with a mistake each, without their ids.
const MISTAKES: &[(&str, &str)] = &[
    // Signs and literals.
    ("a character that means nothing", "const a :Text = ‘text’;"),
    (
        "a string without an end",
        "const a :Text = \"text;\nconst b :Text = \"\";",
    ),
    ("an unknown escape", "const a :Text = \"\\q\";"),
    ("odd bytes", "const a :Data = 0x\"123\";"),
    ("no bytes", "const a :Data = 0x\"\";"),
    ("a number and letters", "const a :Int32 = 12ab;"),
    ("a number of base eight", "const a :Int32 = 09;"),
    ("a statement without an end", "struct A { a @0 :Int32 }"),
    (
        "a parenthesis that is never closed",
        "const a :List(Int32 = [];",
    ),
    ("a block that is never closed", "struct A {\n  a @0 :Int32;"),
    ("a brace too many", "struct A {}\n}"),
    (
        "signs without space between",
        "struct A { a @0 :.B; }\nstruct B {}",
    ),
    ("a comma and nothing", "const a :List(Int32) = [1,,2];"),
    // Declarations.
    ("no declaration", "class A {}"),
    ("a block where none belongs", "const a :Int32 = 1 {}"),
    ("no block", "struct A;"),
    ("too much", "struct A B {}"),
    ("a bad id", "struct A @0x123 {}"),
    ("two ids", "@0xe1b2c3d4e5f60103;"),
    (
        "an id that is taken",
        "struct A @0xe1b2c3d4e5f60199 {}\nenum B @0xe1b2c3d4e5f60199 {}",
    ),
    ("a field without a number", "struct A { a :Int32; }"),
    (
        "a number that is taken",
        "struct A { a @0 :Int32; b @0 :Int32; }",
    ),
    ("a number that is left out", "enum A { a @0; b @2; }"),
    ("a name that is taken", "struct A {}\nstruct A {}"),
    (
        "a method's number that is taken",
        "interface A { a @0 (); b @0 (); }",
    ),
    (
        "a method's number that is left out",
        "interface A { a @0 (); b @2 (); }",
    ),
    (
        "a method's name that is taken",
        "interface A { a @0 (); a @1 (); }",
    ),
    (
        "an enumerant's name that is taken",
        "enum A { a @0; a @1; }",
    ),
    (
        "a field's name that a union takes",
        "struct A { a @0 :Int8; union { a @1 :Int8; b @2 :Int8; } }",
    ),
    ("a word of the language for a name", "struct struct {}"),
    ("a small type", "struct a {}"),
    ("a large field", "struct A { B @0 :Int32; }"),
    ("an underscore", "struct A { a_b @0 :Int32; }"),
    (
        "a struct in a union",
        "struct A { union { a @0 :Int32; b @1 :Int32; struct B {} } }",
    ),
    ("a union of one", "struct A { union { a @0 :Int32; } }"),
    ("a group of none", "struct A { a :group {} }"),
    (
        "two unnamed unions",
        "struct A { union { a @0 :Void; b @1 :Void; } union { c @2 :Void; d @3 :Void; } }",
    ),
    (
        "a union with a number",
        "struct A { a @0 :union { b @1 :Int32; c @2 :Int32; } }",
    ),
    ("using without a name", "using import \"other.capnp\";"),
    // Names and types.
    ("an unknown name", "struct A { a @0 :Txt; }"),
    (
        "types by wrong names",
        "struct A { a @0 :Int23; b @1 :uint32; c @2 :string; d @3 :Anypointer; e @4 :Wallet; }",
    ),
    (
        "an unknown name that is like another",
        "struct Thread {}\nstruct A { a @0 :Tread; }",
    ),
    (
        "an unknown member",
        "struct A { struct Inner {} a @0 :A.Iner; }",
    ),
    ("an unknown file", "using A = import \"/nowhere/a.capnp\";"),
    ("no type", "struct A { a @0 :b; }\nconst b :Int32 = 1;"),
    ("a number for a type", "struct A { a @0 :5; }"),
    ("a list of nothing", "struct A { a @0 :List; }"),
    ("a list of anything", "struct A { a @0 :List(AnyPointer); }"),
    ("a list of two", "struct A { a @0 :List(Text, Data); }"),
    (
        "too few parameters",
        "struct Pair(A, B) {}\nstruct C { a @0 :Pair(Text); }",
    ),
    ("parameters for none", "struct A { a @0 :Text(Data); }"),
    (
        "a parameter that is no pointer",
        "struct Box(T) {}\nstruct A { a @0 :Box(Int32); }",
    ),
    ("an old name", "struct A { a @0 :Object; }"),
    ("no interface", "struct A {}\ninterface B extends(A) {}"),
    ("no struct", "interface A { a @0 Text -> (); }"),
    ("streaming in", "interface A { a @0 stream -> (); }"),
    // Values.
    ("text for a number", "const a :Int32 = \"5\";"),
    ("a number that is too large", "const a :Int8 = 128;"),
    ("a negative number", "const a :UInt8 = -1;"),
    ("a fraction", "const a :Int32 = 1.5;"),
    (
        "an unknown enumerant",
        "enum A { one @0; }\nconst a :A = tow;",
    ),
    (
        "an unknown field",
        "struct A { name @0 :Text; }\nconst a :A = (nam = \"x\");",
    ),
    (
        "a value without a name",
        "struct A { a @0 :Text; }\nconst a :A = (\"x\", a = \"y\");",
    ),
    ("a list for text", "const a :Text = [\"x\"];"),
    (
        "an element that does not fit",
        "const a :List(Int8) = [1, 300];",
    ),
    ("no constant", "struct A {}\nconst a :Int32 = A;"),
    (
        "a constant by its bare name",
        "const a :Int32 = 1;\nconst b :Int32 = a;",
    ),
    (
        "a constant in a circle",
        "const a :Int32 = .b;\nconst b :Int32 = .a;",
    ),
    (
        "names in a circle",
        "using A = B;\nusing B = A;\nstruct C { a @0 :A; }",
    ),
    (
        "defaults of wrong types",
        "struct A {\n  a @0 :Bool = 1;\n  b @1 :Float32 = true;\n  c @2 :Data = 5;\n  d @3 :List(Text) = 1;\n  \
         e @4 :A = \"x\";\n  f @5 :Void = 0;\n  g @6 :UInt8 = 1.0;\n}",
    ),
    ("no file to embed", "const a :Data = embed \"nowhere.bin\";"),
    (
        "null for a number",
        "interface A { a @0 (a :Int32 = null) -> (); }",
    ),
    ("a value of a parameter", "struct A(T) { a @0 :T = \"x\"; }"),
    // Annotations.
    ("an unknown target", "annotation a(fields) :Void;"),
    ("a target too many", "annotation a(*, file) :Void;"),
    (
        "a wrong target",
        "annotation a(field) :Void;\nstruct A $a {}",
    ),
    (
        "a wrong target in parameters",
        "annotation a(field) :Void;\ninterface I { m @0 (p :Int8 $a) -> (); }",
    ),
    (
        "a wrong target of a file",
        "annotation a(struct) :Void;\n$a;",
    ),
    ("no annotation", "struct A $B {}\nstruct B {}"),
    (
        "an annotation without its value",
        "annotation a(struct) :Text;\nstruct A $a {}",
    ),
    (
        "an annotation with a wrong value",
        "annotation a(struct) :Text;\nstruct A $a(5) {}",
    ),
    (
        "fields where old compilers put others",
        "struct A { union { a :union { b @2 :UInt8; c @1 :Bool; } x @0 :Bool; } }",
    ),
];

#[test]
fn mistakes_are_explained() {
    let mut explained = String::new();
    for (what, text) in MISTAKES {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.capnp");
        let text = format!("@0xe1b2c3d4e5f60102;\n{text}\n");
        std::fs::write(&file, text).expect("the schema can be written");
        let builder = ipc_gen::Builder::new().src_prefix(folder.path());
        match builder.request(&[&file]) {
            Ok(_) => panic!("we accept {what}"),
            Err(error) => writeln!(explained, "== {what}\n{error}").expect("strings take all"),
        }
        for official in Official::all() {
            let accepted = official.compile(folder.path(), std::slice::from_ref(&file));
            assert!(accepted.is_err(), "{official:?} accepts {what}");
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("mistakes", explained);
    });
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [
        (
            "one.capnp",
            "@0xe1b2c3d4e5f60104;\nusing Two = import \"two.capnp\";\nstruct A { a @0 :Two.B; b @1 :Nothing; }\nconst c :Int8 = 1000;\n",
        ),
        (
            "two.capnp",
            "@0xe1b2c3d4e5f60105;\nstruct B { a @0 :Missing; b @1 :Int32 = \"x\" }\n",
        ),
    ];
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("the schema can be written");
    }
    let builder = ipc_gen::Builder::new().src_prefix(folder.path());
    let error = builder.request(&[folder.path().join("one.capnp")]);
    let error = error.expect_err("they are wrong").to_string();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("mistakes_of_two_files", error);
    });
}

/// Files can import each other. Only what their values are made of cannot go round in a circle.
#[test]
fn circles_of_files_matter_to_values_only() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |id: &str, other: &str, value: &str| {
        format!(
            "@{id};\nusing O = import \"{other}.capnp\";\nstruct S {{ a @0 :O.S; }}\nconst c :Int8 = {value};\n"
        )
    };
    for (value, is_right) in [("1", true), ("O.c", false)] {
        let one = folder.path().join("one.capnp");
        let files = [
            (one.clone(), file("0xe1b2c3d4e5f60106", "two", "O.c")),
            (
                folder.path().join("two.capnp"),
                file("0xe1b2c3d4e5f60107", "one", value),
            ),
        ];
        for (path, text) in &files {
            std::fs::write(path, text).expect("the schema can be written");
        }
        let ours = compare::ours(folder.path(), std::slice::from_ref(&one));
        assert_eq!(ours.is_ok(), is_right, "{ours:?}");
        if let Err(error) = ours {
            assert!(error.contains("`c` depends on itself"), "{error}");
            assert!(error.contains("one.capnp:4:7"), "{error}");
        }
        for official in Official::all() {
            let verdict = compare::compare(official, folder.path(), std::slice::from_ref(&one));
            let expected = if is_right {
                Verdict::Same
            } else {
                Verdict::Rejected
            };
            assert_eq!(verdict, expected, "{official:?}");
        }
    }
}

#[test]
fn a_file_without_an_id_gets_one_suggested() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("a.capnp");
    let builder = ipc_gen::Builder::new().src_prefix(folder.path());
    std::fs::write(&file, "struct A {}\n").expect("the schema can be written");
    let error = builder
        .request(&[&file])
        .expect_err("it has no id")
        .to_string();
    let (_, line) = error
        .split_once("make this its first line: ")
        .expect("a hint");
    let text = format!("{}\nstruct A {{}}\n", line.trim());
    std::fs::write(&file, text).expect("the schema can be written");
    builder.request(&[&file]).expect("it has an id now");
}
