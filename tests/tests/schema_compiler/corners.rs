//! Corners of the language that nobody should go to: what is right and what is wrong there is not for us
//! to say.

use super::compare::{Tally, compare_each};
use super::official::Official;

/// Schemas without their ids.
const CORNERS: &[&str] = &[
    r#"struct A(T) { a @0 :T(Text); }"#,
    r#"struct A(T, U, V) { a @0 :List(V); }"#,
    r#"struct A(T, U, V) { a @0 :List(T); }"#,
    r#"interface A { a @0 [T, U, V] (x :List(V)) -> (); }"#,
    r#"interface A { a @0 [T] (x :List(T)) -> (); }"#,
    r#"interface A extends(A) {}"#,
    r#"interface A extends(B) {} interface B extends(A) {}"#,
    r#"struct A { a @0 :Text(); }"#,
    r#"struct A() { a @0 :A(); }"#,
    r#"struct A { struct B {} using C = B; } using D = A.C; struct E { d @0 :D; }"#,
    r#"using Int32 = Int32; struct A { a @0 :Int32 = 5; }"#,
    r#"using A = A;"#,
    r#"using A = .A;"#,
    r#"const a :A = b; enum A { b @0; } const b :A = b;"#,
    r#"enum A { b @0; c @1; } const d :A = c; const e :UInt16 = .d; const f :A = .d;"#,
    r#"const a :Float32 = .b; const b :Int32 = 5;"#,
    r#"const a :Int32 = .b; const b :Float32 = 5;"#,
    r#"const a :UInt8 = .b; const b :Int64 = 5;"#,
    r#"const a :UInt8 = .b; const b :Int64 = 500;"#,
    r#"const a :Text = .b; const b :Data = "x";"#,
    r#"const a :Data = .b; const b :Text = "x";"#,
    r#"const a :List(Int8) = .b; const b :List(Int16) = [];"#,
    r#"struct A { a @0 :AnyPointer = "text"; }"#,
    r#"struct A { a @0 :AnyPointer = .b; } const b :Text = "x";"#,
    r#"struct A { a @0 :AnyPointer = (x = 1); }"#,
    r#"struct A { a @0 :Capability = void; }"#,
    r#"interface I {} const a :I = void;"#,
    r#"const a :AnyPointer = .b; const b :AnyPointer = .c; const c :List(Int8) = [];"#,
    r#"struct A { a @0 :Int32; } const b :A = (a = 1, a = 2);"#,
    r#"struct A { a @0 :Int32; } const b :A = ();  const c :A = (a = void);"#,
    r#"struct Box(T) { t @0 :T; } const a :Box = (t = .b); const b :List(Int8) = [1];"#,
    r#"struct Box(T) { t @0 :T; } const a :Box(List(Int8)) = (t = .b); const b :List(Int8) = [1];"#,
    r#"struct Box(T) { t @0 :T; } const a :Box(Text) = .b; const b :Box(Text) = (t = "x");"#,
    r#"struct Box(T) { t @0 :T; } const a :Box(Text) = .b; const b :Box(Data) = (t = "x");"#,
    r#"struct Box(T) { t @0 :T; } const a :Box(Text) = .b; const b :Box = ();"#,
    r#"struct Box(T) { t @0 :T; d @1 :Box(T) = (); }"#,
    r#"struct Box(T) { t @0 :T; d @1 :Box(T) = (t = "x"); }"#,
    r#"struct Box(T) { const a :Box(T) = (); b @0 :T; }"#,
    r#"struct Box(T) { annotation a(field) :T; b @0 :Text $a("x"); }"#,
    r#"struct Box(T) { annotation a(field) :T; b @0 :T; } struct C { c @0 :Text $Box(Text).a("x"); }"#,
    r#"struct Box(T) { annotation a(field) :T; b @0 :T; } struct C { c @0 :Text $Box(Data).a(0x"00"); }"#,
    r#"struct Box(T) { annotation a(field) :T; b @0 :T; } struct C { c @0 :Text $Box.a("x"); }"#,
    r#"struct Outer(T) { struct Inner { a @0 :T; } const c :Inner = (); }"#,
    r#"struct Outer(T) { struct Inner { a @0 :T; } } const c :Outer(Text).Inner = (a = "x");"#,
    r#"annotation a(*) :Void; struct A { union { a @0 :Void $a; b @1 :Void; } }"#,
    r#"annotation a(union) :Void; struct A { u :union $a { a @0 :Void; b @1 :Void; } }"#,
    r#"annotation a(field) :Void; struct A { u :union $a { a @0 :Void; b @1 :Void; } }"#,
    r#"annotation a(struct) :Void; interface I { m @0 () $a; }"#,
    r#"struct A { a @0 :import "/capnp/schema.capnp"; }"#,
    r#"const a :Text = import "/capnp/schema.capnp";"#,
    r#"interface I { m @0 (a :Int32) -> I; }"#,
    r#"interface I { m @0 I.P -> (x :I); struct P {} }"#,
    r#"interface I(T) { m @0 T -> (); }"#,
    r#"interface I { m @0 [T] T -> (); }"#,
    r#"struct A { a @0 :group { b @1 :Int32; } }"#,
    r#"struct A { a :group { b @0 :Int32; } = 5; }"#,
    r#"struct A { a @0 :Int32 $b; annotation b(field) :Void; }"#,
    r#"const a :Void = void; const b :Void = .a; const c :Bool = void;"#,
    r#"const a :Float64 = nan; const b :Float64 = -nan;"#,
    r#"const a :Float64 = inf; const b :Int32 = inf;"#,
    r#"const a :Int32 = true;"#,
    r#"const a :Int64 = -9223372036854775809;"#,
    r#"const a :UInt64 = -1;"#,
    r#"const a :UInt64 = - 0;"#,
    r#"const a :Float32 = 1e400;"#,
    r#"const a :Float64 = 0x10;"#,
    r#"const a :Float64 = -0x10;"#,
    r#"const a :Data = "x" "y"; const b :Text = "x" 0x"00";"#,
    r#"const a :List(Void) = [void, void]; const b :List(Bool) = [true,];"#,
    r#"const a :List(Int8) = [,];"#,
    r#"const a :List(Int8) = (1);"#,
    r#"const a :Int8 = [1];"#,
    r#"struct A { a @0 :Int32, b @1 :Int32; }"#,
    r#"struct A $B.c { a @0 :Int32; } struct B { annotation c(struct) :Void; }"#,
    r#"using A = B.C; struct B { struct C {} } struct D { a @0 :A; }"#,
    r#"using A = B.c; struct B { const c :Int32 = 5; }"#,
    r#"using a = B.c; struct B { const c :Int32 = 5; } const d :Int32 = .a;"#,
    r#"using B.c; struct B { const c :Int32 = 5; } const d :Int32 = .c;"#,
    r#"struct A { a @0 :Int32 = .B.c; } struct B { const c :Int32 = 5; }"#,
    r#"struct A { const c :Int32 = 5; a @0 :Int32 = c; }"#,
    r#"struct A { const c :Int32 = 5; a @0 :Int32 = A.c; }"#,
    r#"struct A {} struct A {}"#,
    r#"enum A { a @0; a @1; }"#,
    r#"struct A { a @0 :Int32; struct a {} }"#,
    r#"struct A { a @0 :Int32; using a = .B; } const b :Int32 = 1;"#,
    r#"interface A { a @0 (); } struct B { a @0 :A.a; }"#,
    r#"struct A { a @0 :Int32; } struct B { b @0 :A.a; }"#,
    r#"enum A { a @0; } const b :A = A.a; const c :A = .A.a;"#,
    r#"annotation a(field) :Int32; struct B { c @0 :Int32 $a (5); d @1 :Int32 $a( (5) ); }"#,
    r#"annotation a(field) :List(Int32); struct B { c @0 :Int32 $a([1]); d @1 :Int32 $a(1); }"#,
    r#"annotation a(field) :Int32; struct B { c @0 :Int32 $a(1, 2); }"#,
    r#"annotation a(field) :Int32; struct B { c @0 :Int32 $a(x = 1); }"#,
    r#"annotation a(field) :Int32; struct B { c @0 :Int32 $a(); }"#,
    r#"annotation a(field) :Void; struct B { c @0 :Int32 $a(); }"#,
    r#"annotation a(file) :Void; $a; $a;"#,
    r#"annotation a @0xf123456789abcdef (*) :Text; const c @0xf123456789abcdee :Int32 = 5 $a("x");"#,
    r#"interface I { m @0 stream; }"#,
    r#"interface I { m @0 () -> (a :Int32) -> (b :Int32); }"#,
    r#"interface I { m @0; }"#,
    r#"interface I { m @0 (a :Int32 = null); }"#,
    r#"interface I { m @0 (a :Text = null); n @1 (a :List(I) = null, b :AnyStruct = null); }"#,
    r#"struct A { a @0 :Text = null; }"#,
    r#"struct A { x @0 :Text; union { a @1 :Int8; } }"#,
];

#[test]
fn corners_of_the_language_are_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut files = Vec::new();
    for (index, text) in CORNERS.iter().enumerate() {
        let file = folder.path().join(format!("corner{index}.capnp"));
        let text = format!(
            "@{:#x};\n{text}\n",
            0xe1b2_c3d4_e5f7_0000_u64 + index as u64
        );
        std::fs::write(&file, text).expect("the schema can be written");
        files.push(file);
    }
    for official in Official::all() {
        let mut tally = Tally::default();
        compare_each(official, folder.path(), &files, &mut tally);
        tally.check();
        assert!(tally.same > 30 && tally.rejected > 30, "{tally:?}");
    }
}
