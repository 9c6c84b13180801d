//! `ipc-gen export`: the schema of Rust traits.

use crate::project::Project;

const RUST: &str = r#"
use ipc_runtime::{Exception, IpcEnum, IpcStruct, ipc_interface};

mod inner {
    /// Tells what it is told.
    #[ipc_runtime::ipc_interface(id = 0xd0e1a2b3c4d5e602)]
    pub trait Echo {
        /// Returns the text.
        ///
        /// Whatever it is.
        async fn echo(&self, text: String) -> Result<String, Exception>;
        async fn say_twice(
            &self,
            first_word: Vec<u8>,
            kind: Option<u16>,
            #[ipc(enum)] tone: Tone,
            listener: Option<EchoProxy>,
        ) -> Result<Vec<Line>, Exception>;
        #[ipc(context, cancel_with = "stop")]
        async fn wait(&self) -> Result<(), Exception>;
        async fn stop(&self) -> Result<(), Exception>;
        #[ipc(exception, from = u64, with = crate::millis)]
        async fn delay(&self) -> Result<Duration, Exception>;
    }

    #[derive(Clone, Debug, IpcStruct)]
    #[ipc(id = 0xd0e1a2b3c4d5e603)]
    pub struct Line {
        pub text: String,
        pub loud: Option<bool>,
        #[ipc(enum)]
        pub tone: Tone,
    }
}

#[derive(Clone, Copy, Debug, IpcEnum)]
#[ipc(id = 0xd0e1a2b3c4d5e604)]
enum Tone {
    Plain,
    VeryLoud,
    Unknown(u16),
}

trait NotOurs {
    fn anything<T>(t: T);
}
"#;

const SCHEMA: &str = r#"
using Proxy = import "/mp/proxy.capnp";
using Ipc = import "/ipc.capnp";

interface Echo @0xd0e1a2b3c4d5e602 {
  # Tells what it is told.

  echo @0 (text :Text) -> (result :Text);
  # Returns the text.
  #
  # Whatever it is.

  sayTwice @1 (firstWord :Data, kind :UInt16, hasKind :Bool, tone :Tone, listener :Echo $Ipc.nullable) -> (result :List(Line));

  wait @2 (context :Proxy.Context) -> () $Ipc.cancelWith("stop");

  stop @3 () -> ();

  delay @4 () -> (error :Text $Proxy.exception("std::exception"), result :UInt64);
}

struct Line @0xd0e1a2b3c4d5e603 {
  text @0 :Text;

  loud @1 :Bool;
  hasLoud @2 :Bool;

  tone @3 :Tone;
}

enum Tone @0xd0e1a2b3c4d5e604 {
  plain @0;

  veryLoud @1;
}
"#;

#[test]
fn the_schema_is_that_of_the_traits_and_types() {
    let project = Project::new();
    project.write("src/lib.rs", RUST);
    let exported = project.run(&["export", "src/lib.rs"]);
    assert_eq!(exported.stderr, "");
    let (id, rest) = exported
        .stdout
        .split_once('\n')
        .expect("there is a first line");
    assert!(id.starts_with("@0x") && id.ends_with(';'), "{id}");
    assert_eq!(rest, SCHEMA);
    assert_eq!(exported.code, Some(0));
    // And our compiler and generator take it.
    project.write("schema/exported.capnp", &exported.stdout);
    let generated = project.run(&["-o", "out", "schema/exported.capnp"]);
    assert_eq!((generated.code, generated.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_file_keeps_its_id() {
    let project = Project::new();
    project.write("src/lib.rs", RUST);
    project.write("echo.capnp", "@0xd0e1a2b3c4d5e6ff;\n");
    let exported = project.run(&["export", "-o", "echo.capnp", "src/lib.rs"]);
    assert_eq!((exported.code, exported.stderr.as_str()), (Some(0), ""));
    let text = std::fs::read_to_string(project.path("echo.capnp")).expect("it was written");
    assert!(text.starts_with("@0xd0e1a2b3c4d5e6ff;\n"), "{text}");
    let checked = project.run(&["export", "-o", "echo.capnp", "--check", "src/lib.rs"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(0), ""));
}

#[test]
fn a_stale_file_is_told_by_check() {
    let project = Project::new();
    project.write("src/lib.rs", RUST);
    project.run(&["export", "-o", "echo.capnp", "src/lib.rs"]);
    let longer = RUST.replace(
        "        async fn stop",
        "        #[ipc(ordinal = 5)]\n        async fn more(&self) -> Result<(), Exception>;\n        #[ipc(ordinal = 3)]\n        async fn stop",
    );
    project.write("src/lib.rs", &longer);
    let checked = project.run(&["export", "--check", "-o", "echo.capnp", "src/lib.rs"]);
    assert_eq!(checked.code, Some(1));
    assert!(
        checked.stdout.contains("+  more @5 () -> ();"),
        "{}",
        checked.stdout
    );
    assert!(
        checked.stderr.contains("not up to date"),
        "{}",
        checked.stderr
    );
    let written = project.run(&["export", "-o", "echo.capnp", "src/lib.rs"]);
    assert_eq!((written.code, written.stderr.as_str()), (Some(0), ""));
}

#[test]
fn what_breaks_peers_is_refused() {
    let project = Project::new();
    project.write("src/lib.rs", RUST);
    project.run(&["export", "-o", "echo.capnp", "src/lib.rs"]);
    let before = std::fs::read_to_string(project.path("echo.capnp")).expect("it was written");
    project.write("src/lib.rs", &RUST.replace("text: String", "text: u32"));
    let refused = project.run(&["export", "-o", "echo.capnp", "src/lib.rs"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stdout.contains("breaks      echo.capnp:Echo.echo"),
        "{}",
        refused.stdout
    );
    assert!(refused.stderr.contains("--break"), "{}", refused.stderr);
    let after = std::fs::read_to_string(project.path("echo.capnp")).expect("it is there");
    assert_eq!(before, after);
    let forced = project.run(&["export", "--break", "-o", "echo.capnp", "src/lib.rs"]);
    assert_eq!((forced.code, forced.stderr.as_str()), (Some(0), ""));
}

#[test]
fn mistakes_are_told_with_their_places() {
    for (rust, expected) in [
        (
            "#[ipc_interface(id = 0xd0e1a2b3c4d5e602)]\ntrait A {\n    async fn a(&self, b: usize) -> Result<(), Exception>;\n}",
            "src/lib.rs:3:26: error: `usize` is no type of schemas",
        ),
        (
            "#[ipc_interface(id = 0xd0e1a2b3c4d5e602)]\ntrait A {\n    async fn a(&self, b: Other) -> Result<(), Exception>;\n}",
            "error: the struct `Other` is referred to, and none of the files declares it",
        ),
        ("fn broken( {}", "src/lib.rs:1:"),
        (
            "trait A {}",
            "error: the files declare nothing that is its own source",
        ),
    ] {
        let project = Project::new();
        project.write("src/lib.rs", rust);
        let refused = project.run(&["export", "src/lib.rs"]);
        assert_eq!(
            (refused.code, refused.stdout.as_str()),
            (Some(1), ""),
            "{rust}"
        );
        assert!(
            refused.stderr.contains(expected),
            "{rust}: {}",
            refused.stderr
        );
        assert!(!refused.stderr.contains("panicked"), "{}", refused.stderr);
    }
    let missing = Project::new().run(&["export", "src/none.rs"]);
    assert!(
        missing.stderr.contains("cannot read the file"),
        "{}",
        missing.stderr
    );
}
