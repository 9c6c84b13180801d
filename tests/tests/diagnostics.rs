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

        struct Fields {
          context @0 :Proxy.Context;
          thread @1 :List(Proxy.Thread);
          value @2 :Int32;
          hasValue @3 :Bool = true;
        }
        enum Nothing {}

        interface Members {
          late @0 (first :Text, context :Proxy.Context) -> ();
          back @1 () -> (context :Proxy.Context);
          thread @2 () -> (thread :Proxy.Thread);
        }
        interface Lifetime { construct @0 (name :Text) -> (); destroy @1 (why :Text) -> (); }
        "#,
        )]),
    );
}

#[test]
fn rules_that_a_method_breaks_are_named() {
    golden(
        "method_rules",
        error(&[(
            "main.capnp",
            r#"
        using Ipc = import "/ipc.capnp";
        using Proxy = import "/mp/proxy.capnp";

        struct Problem {}
        struct Held { threads @0 :Proxy.ThreadMap; text @1 :Text $Ipc.nullable; hasText @2 :Bool; }

        interface Flags $Proxy.wrap("Flags") {
          across @0 (value :Int32) -> (hasValue :Bool);
          back @1 (hasValue :Bool) -> (value :Int32);
          wanted @2 (wantResult :Bool = true) -> (result :Text);
          number @3 (number :Int32 $Ipc.nullable) -> ();
          typed @4 (text :Text $Ipc.type("Text")) -> ();
        }
        interface Order {
          late @0 () -> (result :Text, error :Text $Proxy.exception("std::exception"));
          last @1 (context :Proxy.Context) -> (result :Text, other :Text);
          param @2 (context :Proxy.Context, result :Text) -> ();
          always @3 () -> (code :Int32 $Proxy.exception("Code"));
          fine @4 (context :Proxy.Context, value :Text) -> (error :Text $Proxy.exception("std::exception"), result :Problem, hasResult :Bool, value :Text);
          plain @5 (result :Text) -> (result :Text, other :Text);
          alone @6 (threadMap :Proxy.ThreadMap) -> ();
          wait @7 () -> () $Ipc.cancelWith("absent");
          waitLong @8 () -> () $Ipc.cancelWith("param");
        }
        interface Wrapped $Proxy.wrap("Wrapped") {
          last @0 () -> (result :Text, other :Text);
        }
        interface Life extends (Begin, Start) {
          destroy @0 () -> (error :Text $Proxy.exception("std::exception"));
        }
        interface Begin { construct @0 (map :Proxy.ThreadMap) -> (map :Proxy.ThreadMap); }
        interface Start { construct @0 (map :Proxy.ThreadMap) -> (map :Proxy.ThreadMap); }
        "#,
        )]),
    );
}

#[test]
fn selectors_that_select_nothing_are_named() {
    let builder = ipc_gen::Builder::new().src_prefix("fixtures");
    let result = builder
        .nullable("Words.clone.result")
        .nullable("Words.clone.results")
        .nullable("ords.clone.result")
        .nullable("Words.async.self")
        .partial("keywords.capnp")
        .partial("Words")
        .partial("Words.clone")
        .generate(&["fixtures/keywords.capnp"]);
    let error = result.expect_err("some name nothing, and one a number");
    golden("selectors", error.to_string());
}

#[test]
fn types_that_cannot_be_overridden_are_named() {
    golden(
        "overrides",
        error(&[(
            "main.capnp",
            r#"
        using Ipc = import "/ipc.capnp";

        struct Fields(T) {
          nothing @0 :Void $Ipc.type("crate::X");
          object @1 :Object $Ipc.type("crate::X");
          any @2 :Capability $Ipc.type("crate::X");
          parameter @3 :T $Ipc.type("crate::X");
          open @4 :List(Box(T)) $Ipc.type("Vec<crate::X>");
          items @5 :List(Text) $Ipc.type("Vec<Vec<crate::X>>");
          relative @6 :Text $Ipc.type("types::X");
          function @7 :Text $Ipc.type("fn() -> crate::X");
          module @8 :Text $Ipc.type("crate::X with convert");
          nonsense @9 :Text $Ipc.type("with");
        }
        struct Box(T) $Ipc.type("crate::Box") { value @0 :T; }
        struct Holds(T) { one @0 :Box(Text); other @1 :Box(T); }
        interface Object {
          call @0 (value :Void $Ipc.type("crate::X")) -> (values :List(Object) $Ipc.type("Vec<crate::X>"));
        }
        "#,
        )]),
    );
    let builder = ipc_gen::Builder::new().src_prefix("fixtures");
    let result = builder
        .type_override("Yield.dyn", "crate::X")
        .type_override("Yield.din", "crate::X")
        .type_override("keywords.capnp:Words", "crate::X")
        .type_override("Words.clone.this", "crate::X")
        .type_override("Account.owner", "crate::X")
        .generate(&["fixtures/keywords.capnp", "fixtures/unions.capnp"]);
    let error = result.expect_err("one names nothing, two an object, and one a group");
    golden("override_selectors", error.to_string());
}

#[test]
fn types_that_grow_without_end_are_named() {
    golden(
        "growing_types",
        error(&[(
            "main.capnp",
            r#"
        struct Pair(A, B) { a @0 :A; b @1 :B; }
        struct Nest(T) { value @0 :T; items @1 :List(Nest(Pair(T, Text))); }
        struct Boxed(T) { value @0 :T; union { none @1 :Void; next @2 :Boxed(Boxed(T)); } }
        struct Outer(T) {
          one @0 :One(Pair(T, T));
          struct One(U) { value @0 :U; back @1 :Outer(U); }
        }

        # These do not grow.
        struct Chain(T) { value @0 :T; next @1 :Chain(T); }
        struct Swap(A, B) { a @0 :A; b @1 :B; other @2 :Swap(B, A); }
        struct Fixed(T) { value @0 :T; text @1 :Fixed(Pair(Text, Text)); }
        struct Wraps(T) { chain @0 :Chain(Pair(T, Chain(T))); }
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
        using Proxy = import "/mp/proxy.capnp";
        const maxMoney :Int32 = 1;
        const maxMONEY :Int32 = 2;
        struct EchoProxy {}
        struct EchoRunResults { fooBar @0 :Int32; fooBAR @1 :Int32; }
        enum Level { lowHigh @0; lowHIGH @1; unknown @2; }
        struct Union { union { fooBar @0 :Int32; fooBAR @1 :Int32; unknown @2 :Text; } }
        struct Outer { struct Inner { a @0 :Text; aBC @1 :Text; aBc @2 :Text; } interface Inner2 { struct Inner2Proxy {} } interface Inner3 {} struct Inner3Proxy {} }
        interface Echo {
          run @0 (txID :Text, txId :Text) -> (a :Text, b :Text);
          getTx @1 ();
          getTX @2 ();
          fail @3 () -> (exception :Data $Proxy.exception("A"), aBC :Data $Proxy.exception("B"), aBc :Data $Proxy.exception("C"));
        }
        struct EchoFailError {}
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
    let mut compiler = capnpc_embedded::CompileCommand::new();
    // It imports another file, which the compiler was not asked for.
    compiler.src_prefix("fixtures").file("fixtures/inner.capnp");
    let request = compiler.compile().expect("the schema is fine");
    let error = ipc_gen::Builder::new().generate_request(&request);
    golden(
        "types_of_others",
        error.expect_err("a type is missing").to_string(),
    );
}

#[test]
fn a_broken_schema_shows_its_lines() {
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
