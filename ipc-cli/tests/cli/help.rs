//! What the command says of itself.

use std::process::Stdio;

use ipc_tests::peers::within;

use crate::{Run, command, ipc};

const COMMANDS: [&[&str]; 11] = [
    &[],
    &["doctor"],
    &["call"],
    &["watch"],
    &["serve"],
    &["serve", "zmq"],
    &["serve", "json-rpc"],
    &["schema"],
    &["schema", "diff"],
    &["schema", "export"],
    &["completions"],
];

#[tokio::test]
async fn every_command_has_help() {
    let mut all = String::new();
    for command in COMMANDS {
        let run = ipc(command.iter().chain(&["--help"])).await;
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
        all.push_str(&format!("$ ipc {}\n{}\n", command.join(" "), run.stdout));
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("help", all);
    });
}

#[tokio::test]
async fn what_is_no_command_is_said_on_stderr() {
    let Run {
        code,
        stdout,
        stderr,
    } = ipc(["docter", "unix"]).await;
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(
        stderr.contains("unrecognized subcommand 'docter'"),
        "{stderr}"
    );
    let nothing: [&str; 0] = [];
    assert_eq!(ipc(nothing).await.code, Some(2));
}

#[tokio::test]
async fn shells_complete_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = ipc(["completions", shell]).await;
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(run.stdout.contains("doctor"), "{shell}");
    }
}

#[tokio::test]
async fn a_broken_pipe_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = command(&["completions", "bash"]);
    command.stdout(writer).stderr(Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output();
    let output = within("the command", output).await.unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
