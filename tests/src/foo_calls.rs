//! What clients do with libmultiprocess's test interface, whoever serves it.

use ipc_runtime::Exception;
use tokio::sync::oneshot;

use crate::custom_types::Hooked;
use crate::foo::{
    ExtendedCallback, FooCallback, FooCallbackProxy, FooCustom, FooEmpty, FooInterfaceProxy,
    FooMutable, FooStruct, Pair, StringIntPair,
};

/// A struct with something in every field, and nothing that comes back in another order.
pub fn some_struct() -> FooStruct {
    FooStruct {
        name: "name".to_owned(),
        set_int: vec![1, 2],
        vector_bool: vec![false, true, false],
        optional_int: Some(3),
        unordered_set_int: vec![2],
        map_string_int: vec![StringIntPair {
            first: "one".to_owned(),
            second: 1,
        }],
    }
}

/// Sends values of every kind, and expects what libmultiprocess's own server makes of them.
///
/// # Errors
///
/// Those of a call.
///
/// # Panics
///
/// When another value comes back.
pub async fn values_come_back(peer: &FooInterfaceProxy) -> Result<(), Exception> {
    assert_eq!(peer.add(1, 2).await?, 3);
    assert_eq!(peer.add_out(3, 4).await?, 7);
    assert_eq!(peer.add_in_out(3, 7).await?, 10);
    let pairs = ["a", "b"].map(|key| Pair {
        first: key.to_owned(),
        second: "value".to_owned(),
    });
    assert_eq!(peer.map_size(&pairs).await?, 2);
    assert_eq!(peer.pass(some_struct()).await?, some_struct());
    let unset = FooStruct::default();
    assert_eq!(unset.optional_int, None);
    assert_eq!(peer.pass(unset.clone()).await?, unset);
    let custom = FooCustom {
        v1: "v1".to_owned(),
        v2: 5,
    };
    assert_eq!(peer.pass_custom(custom.clone()).await?, custom);
    assert_eq!(peer.pass_empty(FooEmpty {}).await?, FooEmpty {});
    let passed = peer.pass_message(Hooked("init".to_owned())).await?;
    assert_eq!(passed.0, "init build read call build read");
    let message = "init build".to_owned();
    let passed = peer.pass_mutable(FooMutable { message }).await?;
    assert_eq!(passed.message, "init build pass call return");
    assert_eq!(peer.pass_enum(2).await?, 2);
    assert_eq!(peer.pass_double(0.1).await?, 0.1);
    assert_eq!(peer.pass_data([]).await?, Vec::<u8>::new());
    assert_eq!(peer.pass_data([0, 255]).await?, [0, 255]);
    let pointers = [vec![1], Vec::new(), vec![2, 3]];
    assert_eq!(peer.pass_data_pointers(&pointers).await?, pointers);
    Ok(())
}

/// A callback that answers with multiples of its argument.
#[derive(Debug)]
pub struct Multiples;

impl FooCallback for Multiples {
    async fn call(&self, arg: i32) -> Result<i32, Exception> {
        Ok(arg * 2)
    }
}

impl ExtendedCallback for Multiples {
    async fn call_extended(&self, arg: i32) -> Result<i32, Exception> {
        Ok(arg * 10)
    }
}

/// A callback that answers with a multiple, and what tells when it was dropped.
pub fn tripled() -> (FooCallbackProxy, oneshot::Receiver<()>) {
    let (gone, dropped) = oneshot::channel::<()>();
    let callback = move |arg: i32| {
        let _keep = &gone;
        async move { Ok(arg * 3) }
    };
    (FooCallbackProxy::new(callback), dropped)
}
