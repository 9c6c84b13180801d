//! What a mistake in a schema says, word for word.

/// Compares a message with the one that was reviewed.
fn golden(name: &str, message: String) {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(name, message);
    });
}

/// Writes schemas to a folder, generates from `main.capnp`, and returns what went wrong.
fn error(schemas: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut paths = Vec::new();
    for (index, (name, text)) in schemas.iter().enumerate() {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        let text = format!(
            "@{:#018x};\n{text}",
            0xb7d1_0000_0000_0000_u64 + index as u64
        );
        std::fs::write(&path, text).expect("the schema can be written");
        paths.push(path);
    }
    let builder = ipc_gen::Builder::new()
        .src_prefix(folder.path())
        .import_path(folder.path());
    let output = folder.path().join("output");
    let result = builder.out_dir(&output).compile(&paths);
    assert!(!output.exists(), "something was written");
    let error = result.expect_err("the schemas are wrong");
    assert_eq!(format!("{error:?}"), error.to_string());
    error.to_string()
}

#[test]
fn every_unsupported_member_is_named_at_once() {
    golden(
        "unsupported_members",
        error(&[(
            "main.capnp",
            r#"
        using Proxy = import "/mp/proxy.capnp";

        struct Pair(A, B) { first @0 :A; second @1 :B; }
        struct Choice { union { one @0 :Text; other @1 :Void; } }
        struct Grouped { place :group { x @0 :Int32; y @1 :Int32; } }
        struct Fields {
          none @0 :Void;
          any @1 :AnyPointer;
          object @2 :Plain;
          text @3 :Text = "default";
          list @4 :List(Int32) = [1];
          bytes @5 :List(UInt8);
          context @6 :Proxy.Context;
          value @7 :Int32;
          hasValue @8 :Bool = true;
          wantValue @9 :Bool;
          bytesPair @10 :Pair(Text, Data);
        }
        struct Recursive { next @0 :Other; }
        struct Other { back @0 :Recursive; }
        struct Outer { inner @0 :Inner; struct Inner {} }
        enum Nothing {}
        const list :List(Int32) = [1];

        interface Plain {}
        interface Child extends (Plain) {}
        interface Generic(T) {}
        interface Members {
          late @0 (first :Text, context :Proxy.Context) -> ();
          back @1 () -> (context :Proxy.Context);
          stream @2 () -> stream;
          typed @3 [T] (value :T) -> ();
          both @4 (value :Int32) -> (value :Int32);
          wanted @5 (wantResult :Bool) -> (result :Text);
          across @6 (value :Int32) -> (hasValue :Bool);
          fails @7 () -> (error :Text $Proxy.exception("std::exception"));
          map @8 (map :Proxy.ThreadMap, capability :Capability) -> (thread :Proxy.Thread);
          lists @9 (a :List(Plain), b :List(Nothing), c :List(Void), d :List(List(UInt8))) -> ();
        }
        interface Lifetime { construct @0 (name :Text) -> (); destroy @1 (why :Text) -> (); }
        "#,
        )]),
    );
}

#[test]
fn names_that_are_one_in_rust_are_named_both() {
    golden(
        "colliding_names",
        error(&[(
            "main.capnp",
            r#"
        const maxMoney :Int32 = 1;
        const maxMONEY :Int32 = 2;
        struct EchoProxy {}
        struct EchoRunResults { fooBar @0 :Int32; fooBAR @1 :Int32; }
        enum Level { lowHigh @0; lowHIGH @1; unknown @2; }
        interface Echo {
          run @0 (txID :Text, txId :Text) -> (a :Text, b :Text);
          getTx @1 ();
          getTX @2 ();
        }
        "#,
        )]),
    );
}

#[test]
fn schemas_that_are_one_module_are_named_both() {
    let one = ("fooBar.capnp", "const a :Int32 = 1;");
    let other = ("foo_bar.capnp", "const b :Int32 = 1;");
    let below = ("fooBar/baz.capnp", "const c :Int32 = 1;");
    let nameless = ("++.capnp", "const d :Int32 = 1;");
    golden("colliding_modules", error(&[one, other, below, nameless]));
}

#[test]
fn types_that_nobody_generates_are_named() {
    let main = r#"using S = import "/capnp/schema.capnp"; struct Uses { node @0 :S.Node; }"#;
    golden("types_of_others", error(&[("main.capnp", main)]));
}

#[test]
fn a_broken_schema_refers_to_the_compiler() {
    golden(
        "broken_schema",
        error(&[("main.capnp", "struct Broken { field @0 :Missing; }")]),
    );
    golden(
        "missing_import",
        error(&[("main.capnp", "using A = import \"absent.capnp\";")]),
    );
}

#[test]
fn missing_files_and_folders_are_named() {
    let generate = |builder: ipc_gen::Builder, files: &[&str]| {
        let message = builder
            .generate(files)
            .expect_err("the files are missing")
            .to_string();
        let here = std::env::current_dir().expect("a working directory");
        message.replace(&here.display().to_string(), "HERE")
    };
    let builder = ipc_gen::Builder::new;
    golden(
        "missing_files",
        generate(builder(), &["absent.capnp", "fixtures", "gone.capnp"]),
    );
    golden(
        "missing_folders",
        generate(
            builder().src_prefix("absent").import_path("Cargo.toml"),
            &["fixtures/type.capnp"],
        ),
    );
    golden("no_files", generate(builder(), &[]));
    golden(
        "bad_runtime_path",
        generate(
            builder().runtime_path("not a path"),
            &["fixtures/type.capnp"],
        ),
    );
}

#[test]
fn what_is_not_a_request_is_refused() {
    let message = |request: &[u8]| {
        let error = ipc_gen::Builder::new().generate_request(request);
        error.expect_err("it is not a request").to_string()
    };
    golden(
        "not_a_request",
        message(b"not a request at all, but some text"),
    );
    golden("empty_request", message(b""));
}

#[test]
fn a_compiler_that_does_not_run_is_named() {
    let error = |command: &str| {
        let builder = ipc_gen::Builder::new()
            .src_prefix("fixtures")
            .capnp(command);
        builder
            .generate(&["fixtures/type.capnp"])
            .expect_err("there is no such compiler")
            .to_string()
    };
    golden("compiler_missing", error("/nowhere/capnp"));
    golden("compiler_failing", error("false"));
    golden("compiler_silent", error("true"));
}
