//! What Data means in Bitcoin Core's schemas, of all versions.

use self::Holds::{Each, EachOrNone, One, OneOrNone, OneOrNull};

/// What a member holds.
#[derive(Clone, Copy, Debug)]
enum Holds {
    /// A value.
    One,
    /// A value, or no bytes where there is none: also where a call failed, and says so by another result.
    OneOrNone,
    /// A value, or no bytes, or as many zeros as a header has.
    OneOrNull,
    /// A list of values.
    Each,
    /// A list of values, with no bytes where there is none.
    EachOrNone,
}

/// Types of `bitcoin-core-ipc`, and the members that hold them. What a version does not have, or has with another type
/// than Data, is as its schema says.
const TYPES: &[(&str, Holds, &[&str])] = &[
    (
        "BlockHash",
        One,
        &[
            "common.capnp:BlockRef.hash",
            "mining.capnp:Mining.waitTipChanged.currentTip",
            "chain.capnp:Chain.getBlockHash.result",
            "chain.capnp:Chain.blockFilterMatchesAny.blockHash",
            "chain.capnp:Chain.findBlock.hash",
            "chain.capnp:Chain.findAncestorByHeight.blockHash",
            "chain.capnp:Chain.findAncestorByHash.blockHash",
            "chain.capnp:Chain.findAncestorByHash.ancestorHash",
            "chain.capnp:Chain.findCommonAncestor.blockHash1",
            "chain.capnp:Chain.findCommonAncestor.blockHash2",
            "chain.capnp:Chain.guessVerificationProgress.blockHash",
            "chain.capnp:Chain.hasBlocks.blockHash",
            "chain.capnp:Chain.waitForNotificationsIfTipChanged.oldTip",
            "chain.capnp:BlockInfo.hash",
            "node.capnp:Node.getBestBlockHash.result",
            "node.capnp:BlockTip.blockHash",
        ],
    ),
    (
        "BlockHash",
        OneOrNone,
        &[
            "chain.capnp:FoundBlockResult.hash",
            "chain.capnp:BlockInfo.prevHash",
            "wallet.capnp:Wallet.tryGetBalances.blockHash",
        ],
    ),
    (
        "Txid",
        One,
        &[
            "chain.capnp:Chain.isInMempool.txid",
            "chain.capnp:Chain.hasDescendantsInMempool.txid",
            "chain.capnp:Chain.getTransactionAncestry.txid",
            "wallet.capnp:Wallet.transactionCanBeAbandoned.txid",
            "wallet.capnp:Wallet.abandonTransaction.txid",
            "wallet.capnp:Wallet.transactionCanBeBumped.txid",
            "wallet.capnp:Wallet.createBumpTransaction.txid",
            "wallet.capnp:Wallet.commitBumpTransaction.txid",
            "wallet.capnp:Wallet.getTx.txid",
            "wallet.capnp:Wallet.getWalletTx.txid",
            "wallet.capnp:Wallet.tryGetTxStatus.txid",
            "wallet.capnp:Wallet.getWalletTxDetails.txid",
            "wallet.capnp:TransactionChangedCallback.call.txid",
        ],
    ),
    (
        "Txid",
        OneOrNone,
        &["wallet.capnp:Wallet.commitBumpTransaction.bumpedTxid"],
    ),
    (
        "Txid",
        Each,
        &["mining.capnp:Mining.getTransactionsByTxID.txids"],
    ),
    (
        "Wtxid",
        Each,
        &["mining.capnp:Mining.getTransactionsByWitnessID.wtxids"],
    ),
    (
        "MerkleNode",
        Each,
        &["mining.capnp:BlockTemplate.getCoinbaseMerklePath.result"],
    ),
    (
        "Locator",
        One,
        &[
            "chain.capnp:Chain.findLocatorFork.locator",
            "chain.capnp:ChainNotifications.chainStateFlushed.locator",
        ],
    ),
    (
        "Locator",
        OneOrNone,
        &["chain.capnp:FoundBlockResult.locator"],
    ),
    (
        "Header",
        One,
        &["mining.capnp:BlockTemplate.getBlockHeader.result"],
    ),
    (
        "Block",
        One,
        &[
            "mining.capnp:Mining.checkBlock.block",
            "mining.capnp:Mining.submitBlock.block",
            "mining.capnp:BlockTemplate.getBlock.result",
        ],
    ),
    ("Block", OneOrNone, &["chain.capnp:BlockInfo.data"]),
    ("Block", OneOrNull, &["chain.capnp:FoundBlockResult.data"]),
    (
        "Transaction",
        One,
        &[
            "mining.capnp:BlockTemplate.getCoinbaseTx.result",
            "mining.capnp:BlockTemplate.submitSolution.coinbase",
            "mining.capnp:BlockTemplate.submitSolutionOld7.coinbase",
            "chain.capnp:Chain.isRBFOptIn.tx",
            "chain.capnp:Chain.broadcastTransaction.tx",
            "chain.capnp:Chain.checkChainLimits.tx",
            "chain.capnp:ChainNotifications.transactionAddedToMempool.tx",
            "chain.capnp:ChainNotifications.transactionRemovedFromMempool.tx",
            "node.capnp:Node.broadcastTransaction.tx",
            "wallet.capnp:Wallet.commitTransaction.tx",
            "wallet.capnp:Wallet.signBumpTransaction.mtx",
            "wallet.capnp:Wallet.commitBumpTransaction.mtx",
        ],
    ),
    (
        "Transaction",
        OneOrNone,
        &[
            "wallet.capnp:Wallet.createBumpTransaction.mtx",
            "wallet.capnp:Wallet.getTx.result",
            "wallet.capnp:WalletTx.tx",
            "wallet.capnp:CreatedTransactionResult.tx",
        ],
    ),
    (
        "Transaction",
        EachOrNone,
        &[
            "mining.capnp:Mining.getTransactionsByTxID.result",
            "mining.capnp:Mining.getTransactionsByWitnessID.result",
        ],
    ),
    (
        "TxOut",
        One,
        &[
            "wallet.capnp:Wallet.txoutIsMine.txout",
            "wallet.capnp:Wallet.getCredit.txout",
        ],
    ),
    ("TxOut", OneOrNone, &["wallet.capnp:WalletTxOut.txout"]),
    ("TxOut", Each, &["mining.capnp:CoinbaseTx.requiredOutputs"]),
    (
        "OutPoint",
        One,
        &[
            "node.capnp:Node.getUnspentOutput.output",
            "wallet.capnp:Wallet.lockCoin.output",
            "wallet.capnp:Wallet.unlockCoin.output",
            "wallet.capnp:Wallet.isLockedCoin.output",
        ],
    ),
    (
        "OutPoint",
        Each,
        &[
            "chain.capnp:Chain.calculateIndividualBumpFees.outpoints",
            "chain.capnp:Chain.calculateCombinedBumpFee.outpoints",
            "wallet.capnp:Wallet.listLockedCoins.outputs",
            "wallet.capnp:Wallet.getCoins.outputs",
            "wallet.capnp:CoinControl.setSelected",
        ],
    ),
    (
        "ScriptBuf",
        One,
        &[
            "mining.capnp:CoinbaseTx.scriptSigPrefix",
            "wallet.capnp:Wallet.getPubKey.script",
        ],
    ),
    (
        "ScriptBuf",
        OneOrNone,
        &["mining.capnp:BlockTemplate.getCoinbaseCommitment.result"],
    ),
    (
        "FeeRate",
        One,
        &[
            "chain.capnp:Chain.calculateIndividualBumpFees.targetFeerate",
            "chain.capnp:Chain.calculateCombinedBumpFee.targetFeerate",
            "chain.capnp:Chain.estimateSmartFee.result",
            "chain.capnp:Chain.mempoolMinFee.result",
            "chain.capnp:Chain.relayMinFee.result",
            "chain.capnp:Chain.relayIncrementalFee.result",
            "chain.capnp:Chain.relayDustFee.result",
            "node.capnp:Node.getDustRelayFee.result",
        ],
    ),
    ("FeeRate", OneOrNone, &["wallet.capnp:CoinControl.feeRate"]),
];

/// The ids of the files that these members are in, which no other files may have.
pub(crate) const FILES: [u64; 5] = [
    0xcd2c_6232_cb48_4a28, // common.capnp
    0xc77d_03df_6a41_b505, // mining.capnp
    0x94f2_1a48_64bd_2c65, // chain.capnp
    0x9254_6c47_dc73_4b2e, // node.capnp
    0xe234_cce7_4fee_a00c, // wallet.capnp
];

/// Selectors of members, each with the type that stands there, as [`Builder::type_override`](crate::Builder) takes them.
pub(crate) fn overrides() -> impl Iterator<Item = (String, String)> {
    TYPES.iter().flat_map(|&(name, holds, members)| {
        let ty = rust(name, holds);
        (members.iter()).map(move |member| ((*member).to_owned(), ty.clone()))
    })
}

/// Selectors of the members that are hashes, or lists of hashes, that people write with the last byte first.
pub(crate) fn hashes() -> impl Iterator<Item = &'static str> {
    let names = ["BlockHash", "Txid", "Wtxid", "MerkleNode"];
    let types = TYPES.iter().filter(move |(name, ..)| names.contains(name));
    types.flat_map(|(_, _, members)| members.iter().copied())
}

fn rust(name: &str, holds: Holds) -> String {
    let one = format!("::bitcoin_core_ipc::{name}");
    let option = format!("::core::option::Option<{one}>");
    let with = match holds {
        OneOrNull => "::bitcoin_core_ipc::none_if_null",
        _ => "::bitcoin_core_ipc::none_if_empty",
    };
    match holds {
        One => one,
        OneOrNone | OneOrNull => format!("{option} with {with}"),
        Each => format!("Vec<{one}>"),
        EachOrNone => format!("Vec<{option}> with {with}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::error::Problems;
    use crate::model::{Field, Item, Overrides, Type, Wishes, ends_with, lower};
    use crate::schema::{self, Input};

    /// Data that stays Data, and why.
    const LEFT_OUT: &[(&str, &[&str])] = &[
        (
            "32 bytes that people write in their own order: hexadecimal as it is",
            &[
                "mining.capnp:CoinbaseTx.witness",
                "wallet.capnp:TxDestination.witnessV0ScriptHash",
                "wallet.capnp:TxDestination.witnessV1Taproot",
                "wallet.capnp:Key.secret",
            ],
        ),
        (
            "hashes of 20 bytes, keys and witness programs, which people write in their own order too",
            &[
                "wallet.capnp:TxDestination.pubKey",
                "wallet.capnp:TxDestination.pkHash",
                "wallet.capnp:TxDestination.scriptHash",
                "wallet.capnp:TxDestination.witnessV0KeyHash",
                "wallet.capnp:WitnessUnknown.program",
                "wallet.capnp:Wallet.getPubKey.address",
                "wallet.capnp:Wallet.getPubKey.pubKey",
                "wallet.capnp:Wallet.signMessage.pkhash",
            ],
        ),
        (
            "type arguments keep the schema's types",
            &[
                "chain.capnp:Chain.findCoins.coins",
                "chain.capnp:Chain.calculateIndividualBumpFees.result",
                "node.capnp:Node.getNetLocalAddresses.result",
                "wallet.capnp:Wallet.listCoins.result",
            ],
        ),
        (
            "encodings for which there is no type: the node's own, inputs, partially signed transactions",
            &[
                "chain.capnp:BlockInfo.undoData",
                "node.capnp:Node.getUnspentOutput.result",
                "wallet.capnp:Wallet.txinIsMine.txin",
                "wallet.capnp:Wallet.getDebit.txin",
                "wallet.capnp:Wallet.fillPSBT.psbt",
            ],
        ),
        (
            "elements of filters, most of which are scripts",
            &["chain.capnp:Chain.blockFilterMatchesAny.filterSet"],
        ),
        (
            "nothing of a block or a transaction",
            &[
                "node.capnp:Node.ban.netAddr",
                "node.capnp:Node.unban.ip",
                "node.capnp:Node.disconnectByAddress.address",
                "node.capnp:ProxyInfo.proxy",
                "node.capnp:NodeStats.addr",
                "node.capnp:NodeStats.addrBind",
                "wallet.capnp:Wallet.encryptWallet.walletPassphrase",
                "wallet.capnp:Wallet.unlock.walletPassphrase",
                "wallet.capnp:Wallet.changeWalletPassphrase.oldWalletPassphrase",
                "wallet.capnp:Wallet.changeWalletPassphrase.newWalletPassphrase",
                "wallet.capnp:Wallet.getAddressReceiveRequests.result",
                "wallet.capnp:Wallet.setAddressReceiveRequest.id",
                "wallet.capnp:Wallet.setAddressReceiveRequest.value",
                "wallet.capnp:WalletLoader.restoreWallet.backupFile",
            ],
        ),
    ];

    /// What stands in a member, if it is Data or stands in the place of it.
    #[derive(PartialEq)]
    enum Found {
        Data,
        Ours,
    }

    fn found(ty: &Type) -> Option<Found> {
        match ty {
            Type::Data => Some(Found::Data),
            Type::Custom(_) => Some(Found::Ours),
            Type::List(ty) | Type::Bound(ty) => found(ty),
            ty => ty.named()?.arguments.iter().find_map(found),
        }
    }

    /// The schemas of each version.
    fn versions() -> impl Iterator<Item = schema::Loaded> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
        let versions = ["v30", "v31", "v32", "multiprocess"].into_iter();
        versions.map(move |version| {
            let loaded = schema::load(&Input {
                src_prefixes: vec![folder.clone()],
                import_paths: vec![folder.clone()],
                files: vec![folder.join(version).join("init.capnp")],
                ..Input::default()
            });
            loaded.expect("the schemas are fine")
        })
    }

    /// All members of the schemas that hold Data, of each version, with these types in place.
    fn members() -> Vec<(String, Found)> {
        let mut members = Vec::new();
        for loaded in versions() {
            let mut problems = Problems::default();
            let (mut wishes, mut overrides) = (Wishes::new(&[], &[]), Overrides::new(&[], true));
            let model = lower(&loaded, &mut wishes, &mut overrides, &mut problems);
            overrides.check(&mut problems);
            problems.into_result().expect("each type fits its members");
            for file in model.files {
                for item in &file.items {
                    add(&mut members, &file.name, item);
                }
            }
        }
        members
    }

    fn add(members: &mut Vec<(String, Found)>, file: &str, item: &Item) {
        let mut add = |place: String, fields: &[Field]| {
            let found =
                |field: &Field| Some((format!("{place}.{}", field.name), found(&field.ty)?));
            members.extend(fields.iter().filter_map(found));
        };
        match item {
            Item::Struct(item) => add(format!("{file}:{}", item.name), &item.record.fields),
            Item::Interface(item) => {
                for method in &item.methods {
                    let place = format!("{file}:{}.{}", item.name, method.name);
                    add(place.clone(), &method.params.fields);
                    add(place, &method.results.fields);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_row_has_a_member_in_some_version() {
        let members = members();
        for (selector, ty) in overrides() {
            let ours = |(place, found): &(String, Found)| {
                *found == Found::Ours && ends_with(place, &selector)
            };
            assert!(members.iter().any(ours), "{selector}: {ty}");
        }
    }

    #[test]
    fn what_stays_data_is_left_out_on_purpose() {
        let members = members();
        let left: Vec<_> = (LEFT_OUT.iter()).flat_map(|(_why, left)| *left).collect();
        let data = || (members.iter()).filter(|(_, found)| *found == Found::Data);
        for (place, _) in data() {
            let known = left.iter().any(|selector| ends_with(place, selector));
            assert!(known, "{place}: give it a type, or say why it has none");
        }
        for selector in left {
            let there = data().any(|(place, _)| ends_with(place, selector));
            assert!(there, "{selector} is no Data, or not there any more");
        }
    }

    #[test]
    fn the_files_have_these_ids() {
        let names: BTreeSet<_> = overrides()
            .filter_map(|(selector, _)| Some(selector.split_once(':')?.0.to_owned()))
            .collect();
        let mut ids = BTreeSet::new();
        for loaded in versions() {
            let files = loaded.schema.nodes.iter();
            let files = files.filter(|(_, node)| matches!(node.body, schema::Body::File));
            let named = files.filter(|(_, node)| {
                let path = Path::new(&node.display_name);
                path.file_name()
                    .is_some_and(|name| names.contains(&*name.to_string_lossy()))
            });
            ids.extend(named.map(|(id, _)| *id));
        }
        assert_eq!(ids, BTreeSet::from(FILES));
    }

    #[test]
    fn no_member_is_named_twice() {
        let mut selectors: Vec<_> = overrides().map(|(selector, _)| selector).collect();
        let count = selectors.len();
        selectors.sort_unstable();
        selectors.dedup();
        assert_eq!(selectors.len(), count);
    }
}
