//! The numbers that Bitcoin Core v32 and we must agree on, written out once more.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// An interface: its file, name and id, and its methods by ordinal.
type Expected = (&'static str, &'static str, u64, &'static [&'static str]);

const INTERFACES: &[Expected] = &[
    ("echo", "Echo", 0xd36b_8964_0dc9_4399, &["destroy", "echo"]),
    (
        "init",
        "Init",
        0x8838_c700_ba5c_ba65,
        &[
            "construct",
            "makeEcho",
            "makeMiningOld2",
            "makeMining",
            "makeRpc",
        ],
    ),
    (
        "mining",
        "Mining",
        0xf9c6_8436_df3a_f39e,
        &[
            "isTestChain",
            "isInitialBlockDownload",
            "getTip",
            "waitTipChanged",
            "createNewBlock",
            "checkBlock",
            "interrupt",
            "submitBlock",
            "getTransactionsByTxID",
            "getTransactionsByWitnessID",
        ],
    ),
    (
        "mining",
        "BlockTemplate",
        0xf967_1ad8_41b2_f622,
        &[
            "destroy",
            "getBlockHeader",
            "getBlock",
            "getTxFees",
            "getTxSigops",
            "getCoinbaseTx",
            "getCoinbaseMerklePath",
            "submitSolutionOld7",
            "waitNext",
            "interruptWait",
            "submitSolution",
        ],
    ),
    ("rpc", "Rpc", 0xacb1_d37f_0a71_3129, &["executeRpc"]),
];

/// Methods without a Context.
const WITHOUT_CONTEXT: &[&str] = &[
    "Init.construct",
    "Init.makeMiningOld2",
    "Mining.interrupt",
    "BlockTemplate.interruptWait",
];

const FILES: &[(&str, u64)] = &[
    ("v32/common", 0xcd2c_6232_cb48_4a28),
    ("v32/echo", 0x888b_4f7f_51e6_91f7),
    ("v32/init", 0xf2c5_cfa3_1940_6aa6),
    ("v32/mining", 0xc77d_03df_6a41_b505),
    ("v32/rpc", 0x9c35_05dc_45e1_46ac),
    ("mp/proxy", 0xcc31_6e3f_71a0_40fb),
];

const STRUCTS: &[(&str, &str, u64)] = &[
    ("v32/common", "BlockRef", 0xb3be_4b89_4935_0369),
    ("v32/mining", "BlockCreateOptions", 0x80fc_a083_ef81_a559),
    ("v32/mining", "BlockWaitOptions", 0x9ba4_37d9_de0c_452e),
    ("v32/mining", "BlockCheckOptions", 0x89f3_f39b_6c9d_d162),
    ("v32/mining", "CoinbaseTx", 0xdc39_9c6d_34ae_7e69),
    ("mp/proxy", "Context", 0x9c44_e664_5d0b_22c6),
];

/// Where fields and parameters are on the wire, as generated code says it.
const PLACES: &[(&str, &str)] = &[
    ("mining", "params.set_data(1, current_tip.as_ref())"),
    (
        "mining",
        "params.set_scalar(0, timeout, 1.7976931348623157e308f64)",
    ),
    ("mining", "params.set_structure(1, &options)"),
    ("mining", "params.set_scalar(0, cooldown, true)"),
    ("mining", "block_reserved_weight: reader.scalar(1, 8000u64)"),
    (
        "mining",
        "coinbase_output_max_additional_sigops: reader.scalar(2, 400u64)",
    ),
    (
        "mining",
        "fee_threshold: reader.scalar(1, 2100000000000000i64)",
    ),
    ("mining", "check_pow: reader.scalar(1, true)"),
    ("mining", "block_reward_remaining: reader.scalar(1, 0i64)"),
    ("mining", "lock_time: reader.scalar(4, 0u32)"),
    ("common", "height: reader.scalar(0, 0i32)"),
    ("init", ".thread_map(0, 0)"),
    ("rpc", "params.set_text(3, user.as_ref())"),
];

/// The generated modules by their path.
static GENERATED: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let builder = ipc_gen::Builder::new().src_prefix("../schema");
    builder
        .generate(&["../schema/v32/init.capnp"])
        .expect("the schemas are fine")
});

fn schema(name: &str) -> String {
    std::fs::read_to_string(format!("../schema/{name}.capnp")).expect("the schema is there")
}

#[test]
fn methods_have_their_ids_and_ordinals() {
    let mut expected = Vec::new();
    for (file, interface, id, methods) in INTERFACES {
        for (ordinal, method) in methods.iter().enumerate() {
            expected.push((
                *file,
                format!("{id:#018x},{ordinal},\"{interface}.{method}\""),
            ));
        }
    }
    let mut found = Vec::new();
    for file in ["echo", "init", "mining", "rpc"] {
        let source: String = GENERATED[&format!("v32/{file}.rs")]
            .split_whitespace()
            .collect();
        for description in source.split("rt::Method::new(").skip(1) {
            let (arguments, rest) = description.split_once(')').expect("the call ends");
            let arguments = arguments.trim_end_matches(',').to_owned();
            let rest = rest.split(';').next().unwrap_or_default();
            let without = WITHOUT_CONTEXT
                .iter()
                .any(|name| arguments.contains(&format!("\"{name}\"")));
            assert_eq!(rest.contains(".context(0)"), !without, "{arguments}{rest}");
            found.push((file, arguments));
        }
    }
    assert_eq!(found, expected);
}

#[test]
fn fields_have_their_places() {
    for (file, place) in PLACES {
        assert!(
            GENERATED[&format!("v32/{file}.rs")].contains(place),
            "{file}: {place}"
        );
    }
}

#[test]
fn schemas_have_their_ids() {
    for (file, id) in FILES {
        assert!(
            schema(file).starts_with(&format!("@{id:#018x};\n")),
            "{file}"
        );
    }
    for (file, name, id) in STRUCTS {
        assert!(
            schema(file).contains(&format!("struct {name} @{id:#018x} ")),
            "{file}: {name}"
        );
    }
}
