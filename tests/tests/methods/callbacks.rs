//! Objects as parameters, and closures as objects.

use std::sync::Arc;
use std::sync::Mutex;

use ipc_runtime::Exception;
use ipc_tests::callbacks::{
    Callback, CallbackProxy, Caller, CallerProxy, CompareCallResults, CompareProxy, NotifyProxy,
};

use crate::support::{remote, soon};

struct Calls;

impl Caller for Calls {
    async fn run(&self, callback: CallbackProxy, arg: i32) -> Result<i32, Exception> {
        callback.call(arg).await
    }

    async fn watch(
        &self,
        notify: NotifyProxy,
        compare: CompareProxy,
    ) -> Result<CallbackProxy, Exception> {
        notify.call("watching").await?;
        let compared = compare.call([1], ["a".to_owned()]).await?;
        notify.call(compared.reason).await?;
        Ok(CallbackProxy::new(|arg: i32| async move { Ok(arg + 1) }))
    }

    async fn maybe(&self, notify: Option<NotifyProxy>) -> Result<bool, Exception> {
        if let Some(notify) = &notify {
            notify.call("maybe").await?;
        }
        Ok(notify.is_some())
    }

    async fn twice(&self, caller: CallerProxy, callback: CallbackProxy) -> Result<i32, Exception> {
        let once = caller.run(&callback, 1).await?;
        caller.run(callback, once).await
    }
}

/// Implements what a closure could, as a type of its own.
struct Doubles;

impl Callback for Doubles {
    async fn call(&self, arg: i32) -> Result<i32, Exception> {
        Ok(arg * 2)
    }
}

async fn both() -> Result<[CallerProxy; 2], Exception> {
    Ok([CallerProxy::new(Calls), remote(Calls).await?])
}

#[tokio::test]
async fn closures_are_objects() -> Result<(), Exception> {
    for caller in both().await? {
        let sum = Arc::new(Mutex::new(0));
        let seen = Arc::clone(&sum);
        let callback = move |arg: i32| {
            let seen = Arc::clone(&seen);
            async move {
                *seen.lock().map_err(Exception::failed)? += arg;
                Ok(arg + 1)
            }
        };
        assert_eq!(soon(caller.run(callback, 4)).await?, 5);
        assert_eq!(*sum.lock().expect("nobody panicked"), 4);

        let failing = |_: i32| async move { Err(Exception::failed("no")) };
        let failure = soon(caller.run(failing, 1)).await.expect_err("it says no");
        assert_eq!(failure.message(), "no");
    }
    Ok(())
}

#[tokio::test]
async fn several_closures_can_be_passed_at_once() -> Result<(), Exception> {
    for caller in both().await? {
        let messages = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&messages);
        let increment = soon(caller.watch(
            move |message: String| {
                heard.lock().expect("nobody panicked").push(message);
                async { Ok(()) }
            },
            |one: Vec<u8>, other: Vec<String>| async move {
                Ok(CompareCallResults {
                    result: one.len() == other.len(),
                    reason: "compared".to_owned(),
                })
            },
        ))
        .await?;
        assert_eq!(
            *messages.lock().expect("nobody panicked"),
            ["watching", "compared"]
        );
        assert_eq!(soon(increment.call(1)).await?, 2);
    }
    Ok(())
}

#[tokio::test]
async fn objects_are_passed_in_any_form() -> Result<(), Exception> {
    for caller in both().await? {
        let doubles = CallbackProxy::new(Doubles);
        assert_eq!(soon(caller.run(&doubles, 3)).await?, 6);
        assert_eq!(soon(caller.run(doubles, 3)).await?, 6);
        assert_eq!(soon(caller.run(Doubles, 3)).await?, 6);
        assert_eq!(soon(caller.run(Arc::new(Doubles), 3)).await?, 6);
        assert_eq!(soon(caller.twice(Calls, Doubles)).await?, 4);
        assert_eq!(
            soon(caller.twice(&caller, |arg: i32| async move { Ok(arg - 1) })).await?,
            -1
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_nullable_object_may_be_left_out() -> Result<(), Exception> {
    for caller in both().await? {
        assert!(!soon(caller.maybe(None)).await?);
        let notify = NotifyProxy::new(|_: String| async { Ok(()) });
        assert!(soon(caller.maybe(Some(notify))).await?);
    }
    Ok(())
}
