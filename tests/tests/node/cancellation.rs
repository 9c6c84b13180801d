//! Waits that nobody waits for any more end in the node.

use bitcoin_core_ipc::testing::Received;
use bitcoin_core_ipc::{Error, Interfaces};
use ipc_runtime::ExceptionKind;
use ipc_tests::peers::within;

use crate::{ALL, mining, node, template, template_wait, tip_wait};

const MINING: u64 = 0xf9c6_8436_df3a_f39e;
const TEMPLATE: u64 = 0xf967_1ad8_41b2_f622;

#[tokio::test]
async fn a_dropped_wait_for_a_template_is_interrupted() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let template = template(&mining(&node).await).await;

        let wait = template_wait(&fake, &template).await;
        wait.abort();
        within("the end of the wait", fake.until_waiting(0)).await;
        let ordinal = match interfaces {
            Interfaces::V30 => 11,
            _ => 9,
        };
        let interrupts = fake
            .received()
            .into_iter()
            .filter(|call| (call.interface, call.ordinal) == (TEMPLATE, ordinal));
        assert_eq!(interrupts.count(), 1, "{interfaces}");

        // The template is as good as before.
        let next = template_wait(&fake, &template).await;
        let mined = fake.mine();
        let next = within("the next", next).await.unwrap().unwrap().unwrap();
        let header = within("the header", next.header()).await.unwrap();
        assert_eq!(header.prev_block(), mined.hash, "{interfaces}");
    }
}

#[tokio::test]
async fn a_dropped_wait_for_a_tip_is_interrupted_where_the_version_can() {
    for interfaces in ALL {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let wait = tip_wait(&fake, &mining).await;
        wait.abort();
        let ended = wait.await.expect_err("it was dropped");
        assert!(ended.is_cancelled());

        let can = matches!(interfaces, Interfaces::V31 | Interfaces::V32);
        if !can {
            // Nothing but the next block ends it there. Meanwhile other calls are answered.
            within("getTip", mining.tip()).await.unwrap();
            fake.mine();
        }
        within("the end of the wait", fake.until_waiting(0)).await;
        let interrupts = fake
            .received()
            .into_iter()
            .filter(|call| (call.interface, call.ordinal) == (MINING, 6));
        assert_eq!(interrupts.count(), usize::from(can), "{interfaces}");
    }
}

#[tokio::test]
async fn an_interrupt_ends_the_wait_of_another() {
    for interfaces in [Interfaces::V31, Interfaces::V32] {
        let (fake, node) = node(interfaces).await;
        let mining = mining(&node).await;
        let wait = tip_wait(&fake, &mining).await;
        within("interrupt", mining.interrupt()).await.unwrap();
        assert_eq!(
            within("the wait", wait).await.unwrap().unwrap(),
            None,
            "{interfaces}"
        );
    }
}

/// Bitcoin Core 30.0 cannot interrupt, so a wait that was dropped lasts until the next block. Nothing else suffers.
#[tokio::test]
async fn a_node_that_cannot_interrupt_goes_on() {
    let (fake, node) = node(Interfaces::V30).await;
    fake.remove_method(Received {
        interface: TEMPLATE,
        ordinal: 11,
    });
    let template = template(&mining(&node).await).await;
    let interrupted = within("interruptWait", template.interrupt_wait()).await;
    let Err(Error::Ipc(exception)) = interrupted else {
        panic!("it is not there: {interrupted:?}");
    };
    assert_eq!(exception.kind(), ExceptionKind::Unimplemented);

    let wait = template_wait(&fake, &template).await;
    wait.abort();
    assert!(wait.await.expect_err("it was dropped").is_cancelled());
    let header = within("the header", template.header()).await.unwrap();
    assert_eq!(header.prev_block(), fake.tip().hash);
    fake.mine();
    within("the end of the wait", fake.until_waiting(0)).await;
}

/// What stops a wait arrives before the connection ends with the last who used it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_ends_that_is_dropped_with_all_else() {
    for _ in 0..40 {
        let (fake, node) = node(Interfaces::V32).await;
        let mining = mining(&node).await;
        let wait = tip_wait(&fake, &mining).await;
        drop((node, mining));
        wait.abort();
        within("the end of the wait", fake.until_waiting(0)).await;
    }
}
