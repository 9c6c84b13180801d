//! libmultiprocess's own test interface, over a socket pair: what its tests expect of types and
//! callbacks.

use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ipc_runtime::{Exception, Ipc, Protocol};
use ipc_tests::custom_types::Hooked;
use ipc_tests::foo::{
    ExtendedCallback, ExtendedCallbackProxy, FooCallback, FooCallbackProxy, FooCustom, FooEmpty,
    FooFnProxy, FooInterface, FooInterfaceProxy, FooInterfaceRaiseError, FooMutable, FooStruct,
    Pair, StringIntPair,
};

#[derive(Default)]
struct Foo {
    saved: Mutex<Option<FooCallbackProxy>>,
}

impl FooInterface for Foo {
    async fn add(&self, a: i32, b: i32) -> Result<i32, Exception> {
        Ok(a + b)
    }

    async fn map_size(&self, map: Vec<Pair<String, String>>) -> Result<i32, Exception> {
        i32::try_from(map.len()).map_err(Exception::failed)
    }

    async fn pass(&self, arg: FooStruct) -> Result<FooStruct, Exception> {
        Ok(arg)
    }

    async fn raise(&self, arg: FooStruct) -> Result<(), FooInterfaceRaiseError> {
        Err(FooInterfaceRaiseError::Error(arg))
    }

    async fn init_thread_map(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn callback(&self, callback: FooCallbackProxy, arg: i32) -> Result<i32, Exception> {
        callback.call(arg).await
    }

    async fn callback_unique(
        &self,
        callback: FooCallbackProxy,
        arg: i32,
    ) -> Result<i32, Exception> {
        callback.call(arg).await
    }

    async fn callback_shared(
        &self,
        callback: FooCallbackProxy,
        arg: i32,
    ) -> Result<i32, Exception> {
        callback.call(arg).await
    }

    async fn save_callback(&self, callback: Option<FooCallbackProxy>) -> Result<(), Exception> {
        *self.saved.lock().map_err(Exception::failed)? = callback;
        Ok(())
    }

    async fn callback_saved(&self, arg: i32) -> Result<i32, Exception> {
        let saved = self.saved.lock().map_err(Exception::failed)?.clone();
        match saved {
            Some(saved) => saved.call(arg).await,
            None => Err(Exception::failed("nothing was saved")),
        }
    }

    async fn callback_extended(
        &self,
        callback: ExtendedCallbackProxy,
        arg: i32,
    ) -> Result<i32, Exception> {
        Ok(callback.call(arg).await? + callback.call_extended(arg).await?)
    }

    async fn pass_custom(&self, arg: FooCustom) -> Result<FooCustom, Exception> {
        Ok(arg)
    }

    async fn pass_empty(&self, arg: FooEmpty) -> Result<FooEmpty, Exception> {
        Ok(arg)
    }

    async fn pass_message(&self, arg: Hooked) -> Result<Hooked, Exception> {
        Ok(Hooked(arg.0 + " call"))
    }

    async fn pass_mutable(&self, arg: FooMutable) -> Result<FooMutable, Exception> {
        let message = format!("{} pass", arg.message);
        Ok(FooMutable { message })
    }

    async fn pass_enum(&self, arg: i32) -> Result<i32, Exception> {
        Ok(arg)
    }

    async fn pass_fn(&self, r#fn: FooFnProxy) -> Result<i32, Exception> {
        r#fn.call().await
    }

    async fn call_fn(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn call_fn_async(&self) -> Result<(), Exception> {
        Ok(())
    }

    async fn add_out(&self, a: i32, b: i32) -> Result<i32, Exception> {
        Ok(a + b)
    }

    async fn add_in_out(&self, x: i32, sum: i32) -> Result<i32, Exception> {
        Ok(sum + x)
    }

    async fn call_int_fn_async(&self, arg: i32) -> Result<i32, Exception> {
        Ok(arg)
    }

    async fn pass_data_pointers(&self, arg: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, Exception> {
        Ok(arg)
    }

    async fn pass_double(&self, arg: f64) -> Result<f64, Exception> {
        Ok(arg)
    }

    async fn pass_data(&self, arg: Vec<u8>) -> Result<Vec<u8>, Exception> {
        Ok(arg)
    }
}

/// Answers with multiples of its argument.
struct Multiples;

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

async fn foo() -> FooInterfaceProxy {
    let (ours, theirs) = UnixStream::pair().expect("a socket pair");
    let server = Ipc::new().expect("a server");
    tokio::spawn(async move { server.protocol().serve(theirs, Foo::default()).await });
    let client = Ipc::new().expect("a client");
    client.protocol().connect(ours).await.expect("a connection")
}

/// Runs a test with a deadline.
async fn soon(test: impl Future<Output = Result<(), Exception>>) {
    let outcome = tokio::time::timeout(Duration::from_secs(30), test).await;
    outcome.expect("this hangs").expect("no call fails");
}

fn some_struct() -> FooStruct {
    FooStruct {
        name: "name".to_owned(),
        set_int: vec![1, 2],
        vector_bool: vec![false, true, false],
        optional_int: Some(3),
        unordered_set_int: vec![2, 3],
        map_string_int: vec![StringIntPair {
            first: "one".to_owned(),
            second: 1,
        }],
    }
}

#[tokio::test]
async fn values_go_and_come_back() {
    let foo = foo().await;
    soon(async {
        assert_eq!(foo.add(1, 2).await?, 3);
        assert_eq!(foo.add_out(3, 4).await?, 7);
        assert_eq!(foo.add_in_out(2, 5).await?, 7);
        assert_eq!(foo.pass(some_struct()).await?, some_struct());
        let unset = FooStruct::default();
        assert_eq!(foo.pass(unset.clone()).await?.optional_int, None);
        let pair = Pair {
            first: "key".to_owned(),
            second: "value".to_owned(),
        };
        assert_eq!(foo.map_size(&[pair.clone(), pair]).await?, 2);
        let custom = FooCustom {
            v1: "v1".to_owned(),
            v2: 5,
        };
        assert_eq!(foo.pass_custom(custom.clone()).await?, custom);
        assert_eq!(foo.pass_empty(FooEmpty {}).await?, FooEmpty {});
        let message = |message: &str| message.to_owned();
        let passed = foo.pass_message(Hooked(message("init"))).await?;
        assert_eq!(passed.0, "init build read call build read");
        let passed = foo.pass_mutable(FooMutable {
            message: message("build"),
        });
        assert_eq!(passed.await?.message, "build pass");
        assert_eq!(foo.pass_enum(2).await?, 2);
        assert_eq!(foo.pass_double(0.1).await?, 0.1);
        assert_eq!(foo.pass_data([]).await?, Vec::<u8>::new());
        assert_eq!(foo.pass_data([0, 255]).await?, [0, 255]);
        let pointers = [vec![1], Vec::new(), vec![2, 3]];
        assert_eq!(foo.pass_data_pointers(&pointers).await?, pointers);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_exception_carries_its_struct() {
    let foo = foo().await;
    soon(async {
        match foo.raise(some_struct()).await {
            Err(FooInterfaceRaiseError::Error(error)) => assert_eq!(error, some_struct()),
            other => panic!("{other:?}"),
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn callbacks_are_called() {
    let foo = foo().await;
    soon(async {
        foo.init_thread_map().await?;
        assert_eq!(foo.callback(Multiples, 1).await?, 2);
        assert_eq!(foo.callback_unique(Multiples, 2).await?, 4);
        let shared = Arc::new(Multiples);
        assert_eq!(foo.callback_shared(Arc::clone(&shared), 3).await?, 6);
        assert_eq!(foo.callback_extended(Multiples, 1).await?, 12);
        assert_eq!(foo.pass_fn(|| async { Ok(10) }).await?, 10);
        foo.call_fn().await?;
        foo.call_fn_async().await?;
        assert_eq!(foo.call_int_fn_async(5).await?, 5);
        Ok(())
    })
    .await;
}

/// A callback that answers with a multiple, and what tells when it was dropped.
fn tripled() -> (FooCallbackProxy, tokio::sync::oneshot::Receiver<()>) {
    let (gone, dropped) = tokio::sync::oneshot::channel::<()>();
    let callback = move |arg: i32| {
        let _keep = &gone;
        async move { Ok(arg * 3) }
    };
    (FooCallbackProxy::new(callback), dropped)
}

#[tokio::test]
async fn a_saved_callback_lives_until_another_is_saved() {
    let foo = foo().await;
    soon(async {
        let (callback, dropped) = tripled();
        foo.save_callback(Some(callback)).await?;
        assert_eq!(foo.callback_saved(2).await?, 6);
        foo.save_callback(Some(FooCallbackProxy::new(Multiples)))
            .await?;
        assert_eq!(foo.callback_saved(2).await?, 4);
        // The first one is destroyed, and what it held with it.
        assert!(dropped.await.is_err());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_saved_callback_is_forgotten_for_null() {
    let foo = foo().await;
    soon(async {
        let (callback, mut dropped) = tripled();
        foo.save_callback(Some(callback.clone())).await?;
        foo.save_callback(None).await?;
        let error = foo.callback_saved(2).await.expect_err("nothing is saved");
        assert_eq!(error.message(), "nothing was saved");
        // Nobody else holds it now.
        assert!(
            dropped
                .try_recv()
                .is_err_and(|error| error == tokio::sync::oneshot::error::TryRecvError::Empty)
        );
        drop(callback);
        assert!(dropped.await.is_err());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_callback_can_call_back() {
    let foo = foo().await;
    soon(async {
        foo.init_thread_map().await?;
        let inner = foo.clone();
        let outer = move |arg: i32| {
            let inner = inner.clone();
            async move { inner.callback(Multiples, arg + 1).await }
        };
        assert_eq!(foo.callback(outer, 1).await?, 4);
        Ok(())
    })
    .await;
}
