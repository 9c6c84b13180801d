//! `ipc doctor`.

use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;

use bitcoin_core_ipc::Interfaces;
use bitcoin_core_ipc::testing::Fault;

use crate::{ALL, fake, ipc};

/// What differs from run to run by what it is.
fn settled(text: &str, path: &str) -> String {
    let uid = std::fs::metadata(env!("CARGO_BIN_EXE_ipc")).unwrap().uid();
    let text = text
        .replace(path, "SOCKET")
        .replace(&format!("of user {uid}"), "of user UID");
    let mut settled = String::new();
    for (at, part) in text.split(" ms").enumerate() {
        if at > 0 {
            settled.push_str(" ms");
        }
        let kept = match text.split(" ms").nth(at + 1) {
            Some(_) => part.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '.'),
            None => part,
        };
        settled.push_str(kept);
        if kept != part {
            settled.push('N');
        }
    }
    settled
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_well_is_told_of() {
    let mut all = String::new();
    for interfaces in ALL {
        let fake = fake(interfaces);
        fake.mine();
        let address = fake.address();
        let run = ipc(["doctor", address.as_str()]).await;
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
        let path = address.strip_prefix("unix:").unwrap();
        all.push_str(&settled(&run.stdout, path));
        all.push('\n');
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("doctor_well", all);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_thing_that_is_wrong_has_advice() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let mut all = String::new();

    std::fs::write(at("file"), "").unwrap();
    drop(UnixListener::bind(at("dead")).unwrap());
    for name in ["none", "file", "dead"] {
        let run = ipc(["doctor", &format!("unix:{}", at(name))]).await;
        assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""), "{run:?}");
        let stdout = run.stdout.replace("mode 0755", "mode 0600");
        let stdout = stdout.replace("mode 0775", "mode 0600");
        all.push_str(&settled(
            &stdout.replace("; others may connect, too", ""),
            &at(name),
        ));
        all.push('\n');
    }

    let fake = fake(Interfaces::V32);
    let failure = || Fault::Fail("it is Monday".to_owned());
    fake.fault("Mining.getTip", failure());
    fake.fault("Rpc.executeRpc", failure());
    let address = fake.address();
    let run = ipc(["doctor", address.as_str()]).await;
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""), "{run:?}");
    let path = address.strip_prefix("unix:").unwrap();
    all.push_str(&settled(&run.stdout, path));
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("doctor_ill", all);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_found_is_json_too() {
    let fake = fake(Interfaces::V31);
    let run = ipc(["doctor", "--json", &fake.address()]).await;
    assert_eq!(run.code, Some(0));
    let found: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(found["well"], true);
    assert_eq!(found["address"], fake.address());
    let checks = found["checks"].as_array().unwrap();
    assert!(checks.iter().any(|check| check["check"] == "Mining.getTip"));
    assert!(checks.iter().all(|check| check["well"] == true));
}

#[tokio::test]
async fn an_address_that_is_none_is_a_mistake() {
    let run = ipc(["doctor", "tcp:8332"]).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(
        run.stderr.starts_with("error: Unrecognized address"),
        "{run:?}"
    );
}
