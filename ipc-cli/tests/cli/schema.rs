//! `ipc schema`.

use ipc_tests::peers::workspace;

use crate::ipc;

#[tokio::test]
async fn versions_are_compared() {
    let at = |path: &str| workspace().join(path).display().to_string();
    let import = at("schema");
    let diff = ["schema", "diff", "-I", &import];
    let (v30, v31) = (at("schema/v30"), at("schema/v31"));
    let run = ipc(diff.iter().chain(&[v30.as_str(), &v31])).await;
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("mining.capnp:BlockTemplate"), "{run:?}");
    let run = ipc(diff.iter().chain(&[v30.as_str(), &v30])).await;
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = ipc(diff.iter().chain(&[v30.as_str(), "/nowhere.capnp"])).await;
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
}

#[tokio::test]
async fn the_schema_of_traits_is_exported() {
    let example = workspace().join("examples/guestbook");
    let file = example.join("src/lib.rs").display().to_string();
    let kept = example.join("schema/guestbook.capnp");
    let run = ipc([
        "schema",
        "export",
        &file,
        "--kept",
        &kept.display().to_string(),
    ])
    .await;
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(run.stdout, std::fs::read_to_string(kept).unwrap());
}
