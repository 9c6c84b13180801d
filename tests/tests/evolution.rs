//! What `ipc-gen diff` says of two versions of schemas.

use std::path::Path;

/// Compares two schemas, which have the same file id, and returns whether that breaks and the report.
fn diff(old: &str, new: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |version: &str, text: &str| {
        let path = folder.path().join(version);
        std::fs::create_dir(&path).expect("the folder can be made");
        let text = format!("@0xe1a0000000000001;\n{text}");
        std::fs::write(path.join("main.capnp"), text).expect("the schema can be written");
        path
    };
    let (old, new) = (write("old", old), write("new", new));
    report(&ipc_gen::Diff::new(old, new))
}

fn report(diff: &ipc_gen::Diff) -> (bool, String) {
    let report = diff.run().expect("the schemas are fine");
    (report.breaks(), report.to_string())
}

fn bitcoin(old: &str, new: &str) -> (bool, String) {
    let schema = Path::new("../schema");
    report(&ipc_gen::Diff::new(schema.join(old), schema.join(new)).import_path(schema))
}

/// Compares a report with the one that was reviewed.
fn golden(name: &str, report: &str) {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(name, report);
    });
}

#[test]
fn from_v30_to_v31_ordinals_were_reused() {
    let (breaks, report) = bitcoin("v30", "v31");
    assert!(breaks);
    // What a client of the other version would run into, member by member.
    for (member, words) in [
        ("Init.makeMining", "@2 is `makeMiningOld2` now"),
        (
            "Mining.createNewBlock.options",
            "from pointer 0 to pointer 1",
        ),
        ("Mining.checkBlock.block", "from pointer 0 to pointer 1"),
        ("Mining.checkBlock.options", "from pointer 1 to pointer 2"),
        ("Mining.waitTipChanged.timeout", "default changed"),
        (
            "BlockTemplate.getCoinbaseTx.result",
            "from Data to CoinbaseTx",
        ),
        (
            "BlockTemplate.getCoinbaseCommitment",
            "@6 is `getCoinbaseMerklePath` now",
        ),
        (
            "BlockTemplate.getWitnessCommitmentIndex",
            "@7 is `submitSolution` now",
        ),
        (
            "BlockTemplate.getCoinbaseMerklePath",
            "@8 is `waitNext` now",
        ),
        ("BlockTemplate.submitSolution", "@9 is `interruptWait` now"),
        ("BlockTemplate.waitNext", "@10 was removed"),
        ("BlockTemplate.interruptWait", "@11 was removed"),
        ("BlockCreateOptions.useMempool", "from false to true"),
        ("BlockCreateOptions.blockReservedWeight", "from 0 to 8000"),
        (
            "BlockWaitOptions.timeout",
            "from 0.0 to 1.7976931348623157e308",
        ),
        (
            "BlockWaitOptions.feeThreshold",
            "from 0 to 2100000000000000",
        ),
        ("BlockCheckOptions.checkPow", "from false to true"),
    ] {
        let member = format!(":{member}: ");
        let found = report.lines().any(|line| {
            line.starts_with("breaks ") && line.contains(&member) && line.contains(words)
        });
        assert!(found, "{member}{words} is missing in:\n{report}");
    }
    golden("v30_to_v31", &report);
}

#[test]
fn from_v31_to_v32_nothing_breaks() {
    let (breaks, report) = bitcoin("v31", "v32");
    assert!(!breaks, "{report}");
    golden("v31_to_v32", &report);
}

#[test]
fn a_version_is_compatible_with_itself() {
    let (breaks, report) = bitcoin("multiprocess", "multiprocess");
    assert_eq!(
        (breaks, report.as_str()),
        (false, "nothing has changed on the wire\n")
    );
}

#[test]
fn files_are_compared_with_what_they_import() {
    let (breaks, report) = bitcoin("v30/init.capnp", "v31/init.capnp");
    assert!(breaks);
    assert!(
        report.contains("mining.capnp:BlockTemplate.waitNext: @10 was removed"),
        "{report}"
    );
}

#[test]
fn changes_that_break() {
    let (breaks, report) = diff(
        r#"
        struct Places { a @0 :Int32; b @1 :Text; c @2 :Bool; d @3 :Bool; e @4 :Int64 = 7; f @5 :Data; }
        struct Types {
          plain @0 :Int32; list @1 :List(Bool); pair @2 :Pair(Text, Data); any @3 :AnyPointer;
          kind @4 :Kind; text @5 :Text = "old"; numbers @6 :List(Int32) = [1, 2];
        }
        struct Pair(A, B) { first @0 :A; second @1 :B; }
        struct Wrapped { value @0 :Int32; }
        struct Choice { union { none @0 :Void; text @1 :Text; number @2 :Int32; } beside @3 :Int16; }
        struct Groups { place :group { x @0 :Int32; y @1 :Int32; } }
        enum Kind { one @0; two @1; three @2; }
        enum Short { one @0; two @1; }
        interface Base { }
        interface Gone { }
        interface Moved @0xe1a0000000000011 { }
        struct Turned { }
        interface Calls extends (Base) {
          swapped @0 (a :Int32) -> ();
          other @1 (a :Int32) -> ();
          inserted @2 () -> ();
          reused @3 () -> (result :Text);
          signature @4 (a :Text, b :Data) -> (result :Types);
          removed @5 () -> ();
          named @6 Wrapped -> Wrapped;
        }
        "#,
        r#"
        struct Places { b @1 :Text; a @0 :Int64; d @2 :Bool; c @3 :Bool; e @4 :Int64 = 8; other @5 :Text; }
        struct Types {
          plain @0 :UInt32; list @1 :List(Wrapped); pair @2 :Pair(Text, Text); any @3 :Capability;
          kind @4 :Short; text @5 :Text = "new"; numbers @6 :List(Int32) = [1, 3];
        }
        struct Pair(A, B) { first @0 :A; second @1 :B; }
        struct Wrapped { value @0 :Int8; }
        struct Choice { union { none @0 :Void; number @1 :Int32; text @2 :Text; } union1 :union { beside @3 :Int16; more @4 :Void; } }
        struct Groups { place :group { y @0 :Int32; x @1 :Int32; } }
        enum Kind { one @0; three @1; two @2; }
        enum Short { one @0; }
        interface Base { }
        interface Moved @0xe1a0000000000012 { }
        interface Turned { }
        interface Calls {
          other @0 (a :Int32) -> ();
          swapped @1 (a :Int32) -> ();
          fresh @2 () -> ();
          different @3 () -> (result :Data);
          signature @4 (b :Data, a :Text) -> (result :Pair);
          inserted @5 () -> ();
          named @6 Wrapped -> Wrapped;
        }
        "#,
    );
    assert!(breaks);
    golden("breaking_changes", &report);
}

#[test]
fn changes_that_peers_do_not_notice() {
    let (breaks, report) = diff(
        r#"
        struct Fields { old @0 :Int32; loose @1 :Int32; nothing @2 :Void; list @3 :List(Int32); pointer @4 :AnyPointer; }
        struct Alone { value @0 :Text; }
        struct Renumbered @0xe1a0000000000021 { value @0 :Text; inner @1 :Inner; struct Inner { } }
        struct Unused { }
        enum Kind { one @0; two @1; }
        const number :Int32 = 1;
        interface Base { }
        interface Calls {
          get @0 (key :Text) -> (result :Text);
          set @1 (key :Text) -> ();
          send @2 () -> ();
        }
        "#,
        r#"
        struct Fields { new @0 :Int32; group :group { loose @1 :Int32; } list @2 :List(Item); pointer @3 :AnyPointer; added @4 :Text; }
        struct Item { value @0 :Int32; note @1 :Text; }
        struct Alone { union { value @0 :Text; other @1 :Int32; } }
        struct Renumbered @0xe1a0000000000022 { value @0 :Text; inner @1 :Inner; struct Inner { } }
        enum Kind { one @0; zwei @1; three @2; }
        const number :Int32 = 2;
        interface Base { }
        interface Calls extends (Base) {
          getOld0 @0 (key :Text) -> (result :Text);
          put @1 (key :Text, value :Text = "default") -> (previous :Text);
          send @2 () -> stream;
          get @3 (key :Text) -> (result :Data);
        }
        "#,
    );
    assert!(!breaks, "{report}");
    golden("compatible_changes", &report);
}

#[test]
fn a_version_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = ipc_gen::Diff::new(folder.path(), "absent.capnp")
        .run()
        .expect_err("there are no schemas");
    let message = error.to_string();
    let message = message.replace(&folder.path().display().to_string(), "FOLDER");
    let here = std::env::current_dir().expect("a working directory");
    golden(
        "diff_without_schemas",
        &message.replace(&here.display().to_string(), "HERE"),
    );
}
