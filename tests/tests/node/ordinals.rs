//! Every method of the API arrives at the ordinal that means it in the node's version, and nothing else arrives.

use bitcoin_core_ipc::testing::FakeNode;
use bitcoin_core_ipc::{
    CheckOptions, Error, Interfaces, Solution, TemplateOptions, Transaction, WaitOptions,
};
use ipc_tests::peers::within;
use std::time::Duration;

use crate::{ALL, node};

const INIT: u64 = 0x8838_c700_ba5c_ba65;
const ECHO: u64 = 0xd36b_8964_0dc9_4399;
const MINING: u64 = 0xf9c6_8436_df3a_f39e;
const TEMPLATE: u64 = 0xf967_1ad8_41b2_f622;
const RPC: u64 = 0xacb1_d37f_0a71_3129;
const NODE: u64 = 0xece8_7a85_e7d7_c91d;
const THREAD_MAP: u64 = 0xee5e_3717_9ad9_dc9d;
/// Destroys an object of each of these.
const DESTROYED: [u64; 3] = [ECHO, TEMPLATE, NODE];

/// Hears what arrives at a node.
struct Ears<'a> {
    fake: &'a FakeNode,
    heard: usize,
}

impl<'a> Ears<'a> {
    fn new(fake: &'a FakeNode) -> Self {
        Self {
            heard: fake.received().len(),
            fake,
        }
    }

    /// What arrived since the last time, but for threads, and the ends of objects.
    fn hear(&mut self) -> Vec<(u64, u16)> {
        let received = self.fake.received();
        let new = received[self.heard..]
            .iter()
            .map(|call| (call.interface, call.ordinal));
        self.heard = received.len();
        new.filter(|(interface, ordinal)| {
            *interface != THREAD_MAP && !(*ordinal == 0 && DESTROYED.contains(interface))
        })
        .collect()
    }
}

/// The ordinal of a node's version.
fn of(interfaces: Interfaces, ordinals: [u16; 4]) -> u16 {
    let at = ALL.iter().position(|it| *it == interfaces);
    ordinals[at.unwrap()]
}

/// Makes a call and says what it was and where it arrived.
macro_rules! arrives {
    ($ears:ident, $call:expr, $at:expr) => {{
        let answer = within(stringify!($call), $call).await;
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", stringify!($call)));
        let interfaces = $ears.fake.interfaces();
        assert_eq!($ears.hear(), $at, "{}: {}", interfaces, stringify!($call));
        answer
    }};
}

#[tokio::test]
async fn methods_arrive_where_the_version_has_them() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mut ears = Ears::new(&fake);
        let at = |ordinals| of(interfaces, ordinals);

        arrives!(ears, node.echo("hello"), [(INIT, 1), (ECHO, 1)]);
        let mining = arrives!(ears, node.mining(), [(INIT, at([2, 3, 3, 3]))]);
        arrives!(ears, mining.is_test_chain(), [(MINING, 0)]);
        arrives!(ears, mining.is_initial_block_download(), [(MINING, 1)]);
        let tip = arrives!(ears, mining.tip(), [(MINING, 2)]).unwrap();
        let moment = Some(Duration::from_millis(1));
        arrives!(
            ears,
            mining.wait_tip_changed(tip.hash, moment),
            [(MINING, 3)]
        );
        let options = TemplateOptions::default();
        let template = arrives!(ears, mining.create_new_block(options), [(MINING, 4)]);

        arrives!(ears, template.header(), [(TEMPLATE, 1)]);
        let block = arrives!(ears, template.block(), [(TEMPLATE, 2)]);
        arrives!(ears, template.fees(), [(TEMPLATE, 3)]);
        arrives!(ears, template.sigops(), [(TEMPLATE, 4)]);
        arrives!(ears, template.coinbase(), [(TEMPLATE, 5)]);
        let path = [(TEMPLATE, at([8, 6, 6, 6]))];
        arrives!(ears, template.coinbase_merkle_path(), path);
        let unsolved = CheckOptions {
            pow: false,
            ..CheckOptions::default()
        };
        let checked = arrives!(ears, mining.check_block(block, unsolved), [(MINING, 5)]);
        assert!(checked.accepted, "{interfaces}: {checked}");
        let wait = WaitOptions {
            timeout: moment,
            ..WaitOptions::default()
        };
        arrives!(
            ears,
            template.wait_next(wait),
            [(TEMPLATE, at([10, 8, 8, 8]))]
        );
        arrives!(
            ears,
            template.interrupt_wait(),
            [(TEMPLATE, at([11, 9, 9, 9]))]
        );
        let nothing = Solution {
            version: 0,
            time: 0,
            nonce: 0,
            coinbase: Transaction(Vec::new()),
        };
        let submitted = [(TEMPLATE, at([9, 7, 10, 7]))];
        let verdict = arrives!(ears, template.submit_solution(nothing), submitted);
        assert!(!verdict.accepted);
        // Nothing but the destroy that `hear` leaves out.
        arrives!(ears, template.destroy(), []);
        let last = fake.received().pop().unwrap();
        assert_eq!((last.interface, last.ordinal), (TEMPLATE, 0));
    }
}

#[tokio::test]
async fn methods_of_some_versions_arrive_there_and_nowhere_else() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = within("makeMining", node.mining()).await.unwrap();
        let block = within(
            "a template",
            mining.create_new_block(TemplateOptions::at_once()),
        );
        let block = within("a block", block.await.unwrap().block())
            .await
            .unwrap();
        let mut ears = Ears::new(&fake);

        let hash = mining.tip().await.unwrap().unwrap().hash.to_byte_array();
        ears.hear();
        let txid = [bitcoin_core_ipc::Txid::from_byte_array(hash)];
        let wtxid = [bitcoin_core_ipc::Wtxid::from_byte_array(hash)];
        let since_v31 = [false, true, true, false];
        let v32 = [false, false, true, false];

        let done = within("interrupt", mining.interrupt()).await;
        check(
            &mut ears,
            "Mining.interrupt",
            since_v31,
            &[(MINING, 6)],
            done,
        );
        let done = within("submitBlock", mining.submit_block(block)).await;
        check(&mut ears, "Mining.submitBlock", v32, &[(MINING, 7)], done);
        let done = within("by txid", mining.transactions_by_txid(&txid)).await;
        check(
            &mut ears,
            "Mining.getTransactionsByTxID",
            v32,
            &[(MINING, 8)],
            done,
        );
        let done = within("by wtxid", mining.transactions_by_wtxid(&wtxid)).await;
        check(
            &mut ears,
            "Mining.getTransactionsByWitnessID",
            v32,
            &[(MINING, 9)],
            done,
        );

        let height = async {
            let rpc = node.rpc().await?;
            rpc.call::<u32>("getblockcount", ()).await
        };
        let done = within("getblockcount", height).await;
        let calls = match interfaces {
            Interfaces::Multiprocess => [(INIT, 5), (NODE, 42)],
            _ => [(INIT, 4), (RPC, 0)],
        };
        check(
            &mut ears,
            "executeRpc",
            [false, false, true, true],
            &calls,
            done,
        );
    }
}

/// A method that the node's version has arrives there; of one that it does not have, the error says who has it, and
/// nothing arrives.
fn check<T: std::fmt::Debug>(
    ears: &mut Ears<'_>,
    what: &str,
    there: [bool; 4],
    calls: &[(u64, u16)],
    done: Result<T, Error>,
) {
    let interfaces = ears.fake.interfaces();
    let of = |set: &Interfaces| there[ALL.iter().position(|it| it == set).unwrap()];
    let heard = ears.hear();
    if of(&interfaces) {
        done.unwrap_or_else(|error| panic!("{interfaces}: {what}: {error}"));
        assert_eq!(heard, calls, "{interfaces}: {what}");
        return;
    }
    let error = done.expect_err("the version does not have it");
    let Error::Missing {
        what: missing,
        speaks,
        has,
    } = error
    else {
        panic!("{interfaces}: {what}: {error}");
    };
    assert_eq!((missing, speaks), (what, interfaces));
    let expected: Vec<_> = ALL.into_iter().filter(of).collect();
    assert_eq!(has, expected, "{what}");
    assert_eq!(heard, [], "{interfaces}: {what}");
}
