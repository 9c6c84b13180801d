//! Types of `bitcoin-core-ipc` in Bitcoin Core's schemas.

use crate::project::Project;

/// A part of Bitcoin Core's schemas, with a member more, and one that is no Data.
const COMMON: &str = "@0xd0e1a2b3c4d5e631;
struct BlockRef @0xd0e1a2b3c4d5e632 { hash @0 :Data; height @1 :Int32; other @2 :Data; }
";
const MINING: &str = "@0xd0e1a2b3c4d5e633;
using C = import \"common.capnp\";
interface Mining @0xd0e1a2b3c4d5e634 {
  waitTipChanged @0 (currentTip :Data, timeout :Float64) -> (result :C.BlockRef);
  checkBlock @1 (block :Text) -> (result :Bool);
  getTransactionsByTxID @2 (txids :List(Data)) -> (result :List(Data));
}
";

/// The code of both files.
fn generated(options: &[&str]) -> (String, String) {
    let project = Project::new();
    project.write("common.capnp", COMMON);
    project.write("mining.capnp", MINING);
    let outcome = project.run(&[options, &["-oout", "mining.capnp"]].concat());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let read = |name| std::fs::read_to_string(project.path(name)).expect("it was written");
    (read("out/common.rs"), read("out/mining.rs"))
}

#[test]
fn stand_in_the_place_of_data() {
    let (common, mining) = generated(&["--bitcoin-types"]);
    assert!(common.contains("pub hash: ::bitcoin_core_ipc::BlockHash,"));
    assert!(common.contains("pub other: Vec<u8>,"), "{common}");
    assert!(mining.contains("current_tip: ::bitcoin_core_ipc::BlockHash,"));
    assert!(mining.contains("block: String"), "{mining}");
    assert!(mining.contains("txids: Vec<::bitcoin_core_ipc::Txid>"));
    let found = "Vec<::core::option::Option<::bitcoin_core_ipc::Transaction>>";
    assert!(mining.contains(found), "{mining}");

    let (common, mining) = generated(&[]);
    assert!(!common.contains("bitcoin") && !mining.contains("bitcoin"));
}

#[test]
fn give_way_to_what_the_caller_says() {
    let own = ["--type", "BlockRef.hash=crate::Hash", "--bitcoin-types"];
    let (common, mining) = generated(&own);
    assert!(common.contains("pub hash: crate::Hash,"), "{common}");
    assert!(mining.contains("current_tip: ::bitcoin_core_ipc::BlockHash,"));
}

#[test]
fn are_not_asked_for_in_vain() {
    let project = Project::new();
    let schema = "@0xd0e1a2b3c4d5e635;\nstruct BlockRef @0xd0e1a2b3c4d5e636 { hash @0 :Data; }\n";
    project.write("other.capnp", schema);
    let outcome = project.run(&["--bitcoin-types", "-oout", "other.capnp"]);
    assert_eq!(outcome.code, Some(1));
    let expected = "error: no schema has a member of Bitcoin Core's that types are known for\n  \
                    help: give Bitcoin Core's schemas by the names that they have there, such as `mining.capnp`, or \
                    leave out `bitcoin_types`, or `--bitcoin-types`\n";
    assert_eq!(outcome.stderr, expected);
    assert!(!project.path("out").exists());
}
