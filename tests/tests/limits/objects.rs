//! Objects of one side that the other refers to.

use ipc_runtime::{EngineKind, ExceptionKind, Ipc, IpcBuilder};
use ipc_tests::our_partner::{OurCounter, Shared, reach};
use ipc_tests::partner::{CounterProxy, PartnerProxy};

use crate::support::{connect, soon};

const LIMIT: usize = 10;

/// Settings of either engine, without the limit and with it.
fn each() -> impl Iterator<Item = (IpcBuilder, IpcBuilder)> {
    let engines = [EngineKind::Native, EngineKind::CapnpRpc];
    let pairs = engines.map(|one| engines.map(|other| (one, other)));
    pairs.into_iter().flatten().map(|(one, other)| {
        let limited = Ipc::builder().engine(other).objects(LIMIT);
        (Ipc::builder().engine(one), limited)
    })
}

/// Asks for counters until it is refused.
async fn fill(partner: &PartnerProxy) -> Vec<CounterProxy> {
    let mut counters = Vec::new();
    loop {
        match soon(partner.counter(0)).await {
            Ok(counter) => counters.push(counter),
            Err(refused) => {
                assert_eq!(refused.kind(), ExceptionKind::Overloaded, "{refused}");
                assert!(refused.message().contains("holds 10 objects"), "{refused}");
                return counters;
            }
        }
        assert!(counters.len() < 2 * LIMIT, "nothing is refused");
    }
}

#[tokio::test]
async fn a_peer_that_asks_for_too_many_objects_is_refused() {
    for (unlimited, limited) in each() {
        let shared = Shared::default();
        let partner = connect(unlimited, limited, &shared).await;
        let mut counters = fill(&partner).await;
        // Some are the runtime's own: the first object, the thread map.
        assert!(counters.len() > LIMIT / 2, "{}", counters.len());
        // What could not be returned is gone.
        soon(reach(&shared.counters, counters.len())).await;
        for counter in &counters {
            assert_eq!(soon(counter.add(1)).await.unwrap(), 1);
        }
        // There is room again for each that was let go.
        counters.pop();
        soon(reach(&shared.counters, counters.len())).await;
        counters.push(soon(partner.counter(5)).await.unwrap());
        assert!(soon(partner.counter(6)).await.is_err());
    }
}

#[tokio::test]
async fn we_do_not_pass_too_many_objects() {
    for (unlimited, limited) in each() {
        let shared = Shared::default();
        let partner = connect(limited, unlimited, &shared).await;
        let passed = async {
            for key in 0..2 * LIMIT {
                let counter = OurCounter::new(&shared, 0).proxy();
                partner.settle(key.to_string(), counter).await?;
            }
            Ok::<_, ipc_runtime::Exception>(())
        };
        let refused = soon(passed).await.unwrap_err();
        assert_eq!(refused.kind(), ExceptionKind::Overloaded, "{refused}");
        assert!(!refused.is_remote());
        assert!(
            refused.message().contains("IpcBuilder::objects"),
            "{refused}"
        );
        assert_eq!(soon(partner.blob([1])).await.unwrap(), [1]);
    }
}

#[tokio::test]
async fn a_peer_that_passes_too_many_objects_is_told_by_those_over_the_limit() {
    for (unlimited, limited) in each() {
        let shared = Shared::default();
        let partner = connect(unlimited, limited, &shared).await;
        for key in 0..2 * LIMIT {
            let counter = OurCounter::new(&shared, 0).proxy();
            soon(partner.settle(key.to_string(), counter))
                .await
                .unwrap();
        }
        // The others were let go.
        soon(async {
            while *shared.counters.borrow() > LIMIT {
                tokio::task::yield_now().await;
            }
        })
        .await;
        let kept = *shared.counters.borrow();
        assert!(kept > LIMIT / 2, "{kept}");

        let over = OurCounter::new(&shared, 0);
        let refused = soon(partner.add_to(over.proxy(), 1, 1)).await.unwrap_err();
        assert_eq!(refused.kind(), ExceptionKind::Overloaded, "{refused}");
        assert!(refused.message().contains("10 objects"), "{refused}");
        assert!(over.amounts().is_empty());

        // Room again.
        for key in 0..LIMIT / 2 {
            soon(partner.reject(key.to_string(), "gone")).await.unwrap();
        }
        let within = OurCounter::new(&shared, 0);
        assert_eq!(soon(partner.add_to(within.proxy(), 3, 1)).await.unwrap(), 3);
    }
}
