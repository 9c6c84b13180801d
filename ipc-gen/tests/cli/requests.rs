//! Requests for other generators, and what is bundled.

use crate::generating::GENERATE;
use crate::project::Project;

#[test]
fn a_request_can_be_written_and_read() {
    let project = Project::new();
    let from_schema = project.run(GENERATE);
    assert_eq!(from_schema.code, Some(0), "{}", from_schema.stderr);
    let expected = std::fs::read(project.path("out/echo.rs")).expect("the code is there");

    let emitted = project.run(&[
        "--emit=request",
        "--src-prefix",
        "schema",
        "schema/echo.capnp",
    ]);
    assert_eq!(emitted.code, Some(0), "{}", emitted.stderr);
    std::fs::write(project.path("request"), &emitted.bytes).expect("the request can be written");

    let from_file = project.run(&["--request", "request", "-o", "from_file"]);
    assert_eq!(from_file.code, Some(0), "{}", from_file.stderr);
    let input = std::fs::File::open(project.path("request")).expect("the request is there");
    let from_input = project.run_on(input.into(), None, &["--request=-", "-o", "from_input"]);
    assert_eq!(from_input.code, Some(0), "{}", from_input.stderr);
    for folder in ["from_file", "from_input"] {
        let code = std::fs::read(project.path(folder).join("echo.rs"));
        assert_eq!(code.expect("the code is there"), expected, "{folder}");
    }

    let stderr = project.error_of(&["--request", "absent", "-o", "out2"]);
    assert!(
        stderr.starts_with("absent: error: cannot read the request: "),
        "{stderr}"
    );
    let stderr = project.error_of(&["--request", "schema/echo.capnp", "-o", "out2"]);
    assert!(stderr.starts_with("error: cannot make sense"), "{stderr}");
}

#[test]
fn a_request_of_wrong_schemas_is_not_written() {
    let project = Project::new();
    project.write("schema/broken.capnp", "@0xd0e1a2b3c4d5e651;\nstruct s {}\n");
    let outcome = project.run(&["--emit=request", "schema/broken.capnp"]);
    assert_eq!((outcome.code, outcome.bytes.len()), (Some(1), 0));
    assert!(
        outcome.stderr.contains("┌─ schema/broken.capnp:2:8\n"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_comes_with_capnp_can_be_imported_without_it() {
    let project = Project::new();
    let files = [
        "capnp/c++",
        "capnp/compat/json",
        "capnp/persistent",
        "capnp/rpc",
        "capnp/rpc-twoparty",
        "capnp/rust",
        "capnp/schema",
        "capnp/stream",
        "ipc",
        "mp/proxy",
    ];
    let mut schema = "@0xd0e1a2b3c4d5e691;\n".to_owned();
    for (index, file) in files.iter().enumerate() {
        schema.push_str(&format!("using F{index} = import \"/{file}.capnp\";\n"));
    }
    project.write("schema/imports.capnp", &schema);
    let outcome = project.run(&["--emit=request", "schema/imports.capnp"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

#[test]
fn the_import_path_comes_before_what_is_bundled() {
    let project = Project::new();
    project.write(
        "schema/import.capnp",
        "@0xd0e1a2b3c4d5e692;\nusing Ours = import \"/capnp/stream.capnp\".Ours;\n",
    );
    project.write(
        "include/capnp/stream.capnp",
        "@0xd0e1a2b3c4d5e693;\nstruct Ours {}\n",
    );
    let bundled = project.error_of(&["--emit=request", "schema/import.capnp"]);
    assert!(bundled.contains("has no member named `Ours`"), "{bundled}");
    let ours = project.run(&["--emit=request", "-I", "include", "schema/import.capnp"]);
    assert_eq!(ours.code, Some(0), "{}", ours.stderr);
}

#[test]
fn a_standard_file_of_ones_own_has_its_standard_module() {
    let project = Project::new();
    project.write(
        "schema/std/capnp/persistent.capnp",
        "@0xd0e1a2b3c4d5e693;\nstruct Kept { name @0 :Text; }\n",
    );
    project.write(
        "schema/keeper.capnp",
        "@0xd0e1a2b3c4d5e694;\nusing P = import \"/capnp/persistent.capnp\";\n\
         struct Keeper { kept @0 :P.Kept; }\n",
    );
    let arguments = ["-Ischema/std", "--src-prefix=schema", "-oout"];
    let outcome = project.run(&[&arguments[..], &["schema/keeper.capnp"]].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        std::fs::read_to_string(project.path("out/capnp/persistent.rs"))
            .expect("the module")
            .contains("pub struct Kept")
    );
}
