//! Values of every kind, and errors that carry some.

use generated_examples::v32::mining;
use ipc_runtime::{ExceptionKind, Threads};
use ipc_tests::foo::{FooCustom, FooInterfaceRaiseError};
use ipc_tests::foo_calls::{some_struct, values_come_back};
use ipc_tests::our_foo::{FAIL, FAILURE};

use crate::support::{Engines, Scene, soon};

pairings! {
    upstream_01_values_go_and_come_back
    upstream_01_exceptions_arrive_with_what_they_carry
    upstream_19_values_of_bitcoin_core_as_bytes_and_text
    upstream_23_24_25_26_27_28_random_operations
}

async fn upstream_01_values_go_and_come_back(engines: Engines) {
    let scene = Scene::new(engines, Threads::Tasks).await;
    soon(values_come_back(&scene.foo)).await.unwrap();
    scene.leave().await;
}

async fn upstream_01_exceptions_arrive_with_what_they_carry(engines: Engines) {
    let scene = Scene::new(engines, Threads::Tasks).await;
    match soon(scene.foo.raise(some_struct())).await {
        Err(FooInterfaceRaiseError::Error(error)) => assert_eq!(error, some_struct()),
        other => panic!("{other:?}"),
    }
    let error = soon(scene.foo.call_int_fn_async(FAIL)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ExceptionKind::Failed, FAILURE)
    );
    assert!(error.is_remote());
    scene.leave().await;
}

#[test]
fn upstream_18_constants_are_those_of_the_node() {
    assert_eq!(mining::MAX_MONEY, 21_000_000 * 100_000_000);
    assert_eq!(mining::MAX_DOUBLE, f64::MAX);
    assert_eq!(mining::DEFAULT_BLOCK_RESERVED_WEIGHT, 8_000);
    assert_eq!(mining::DEFAULT_COINBASE_OUTPUT_MAX_ADDITIONAL_SIGOPS, 400);
}

/// The pipe of Core's test carries its own types, which are bytes and text on the wire.
async fn upstream_19_values_of_bitcoin_core_as_bytes_and_text(engines: Engines) {
    let scene = Scene::new(engines, Threads::Tasks).await;
    let foo = &scene.foo;
    let (out_point, script) = ([7; 36], [0x76, 0xa9, 0x14]);
    assert_eq!(soon(foo.pass_data(out_point)).await.unwrap(), out_point);
    assert_eq!(soon(foo.pass_data(script)).await.unwrap(), script);
    let json = FooCustom {
        v1: r#"{"a":[1,null,"ü"]}"#.to_owned(),
        v2: i32::MIN,
    };
    assert_eq!(soon(foo.pass_custom(json.clone())).await.unwrap(), json);
    // An empty element stands for no transaction.
    let transactions = [vec![2; 60], Vec::new(), vec![1; 61]];
    assert_eq!(
        soon(foo.pass_data_pointers(&transactions)).await.unwrap(),
        transactions
    );
    scene.leave().await;
}

/// Numbers that look random, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.below(most + 1))
            .map(|_| self.next() as u8)
            .collect()
    }

    fn number(&mut self) -> i32 {
        self.below(2_000_001) as i32 - 1_000_000
    }
}

/// The operations of Core's fuzz test, up to 64 in one conversation.
async fn upstream_23_24_25_26_27_28_random_operations(engines: Engines) {
    let scene = Scene::new(engines, Threads::Tasks).await;
    let foo = &scene.foo;
    for seed in 0..10 {
        let mut numbers = Numbers(seed);
        for _ in 0..64 {
            match numbers.below(4) {
                0 => {
                    let (a, b) = (numbers.number(), numbers.number());
                    assert_eq!(soon(foo.add(a, b)).await.unwrap(), a + b);
                }
                1 => {
                    let bytes = numbers.bytes(512);
                    assert_eq!(soon(foo.pass_data(&bytes)).await.unwrap(), bytes);
                }
                2 => {
                    let text = (0..numbers.below(100))
                        .filter_map(|_| char::from_u32(numbers.below(0x11_0000) as u32));
                    let value = FooCustom {
                        v1: text.collect(),
                        v2: numbers.number(),
                    };
                    assert_eq!(soon(foo.pass_custom(value.clone())).await.unwrap(), value);
                }
                _ => {
                    let list: Vec<_> = (0..numbers.below(8)).map(|_| numbers.bytes(100)).collect();
                    assert_eq!(soon(foo.pass_data_pointers(&list)).await.unwrap(), list);
                }
            }
        }
    }
    scene.leave().await;
}
