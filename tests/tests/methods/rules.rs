//! Names that parameters and results have in common, flags, nulls, threads and streams.

use std::sync::Mutex;

use ipc_runtime::{Exception, ExceptionKind, Proxy};
use ipc_tests::methods::{
    Key, Methods, MethodsBestResults, MethodsContainsResults, MethodsEstimateResults, MethodsProxy,
    MethodsSwapResults,
};

use crate::support::{remote, soon};

#[derive(Default)]
struct Service(Mutex<Vec<u8>>);

impl Methods for Service {
    async fn add_in_out(&self, x: i32, sum: i32) -> Result<i32, Exception> {
        Ok(sum + x)
    }

    async fn swap(&self, one: String, other: String) -> Result<MethodsSwapResults, Exception> {
        Ok(MethodsSwapResults {
            result: one != other,
            one: other,
            other: one,
        })
    }

    async fn update(&self, value: Option<u32>, flag: bool) -> Result<Option<u32>, Exception> {
        Ok(value.filter(|_| flag))
    }

    async fn estimate(
        &self,
        blocks: i32,
        want_reason: bool,
        want_target: bool,
    ) -> Result<MethodsEstimateResults, Exception> {
        Ok(MethodsEstimateResults {
            reason: want_reason.then(String::new),
            target: want_target.then_some(blocks),
            result: 1,
        })
    }

    async fn want_more(&self, want_more: bool) -> Result<(), Exception> {
        match want_more {
            true => Ok(()),
            false => Err(Exception::failed("enough")),
        }
    }

    async fn push(&self, bytes: Vec<u8>) -> Result<(), Exception> {
        self.0.lock().map_err(Exception::failed)?.extend(bytes);
        Ok(())
    }

    async fn exchange(&self, name: String) -> Result<String, Exception> {
        Ok(name)
    }

    async fn find(
        &self,
        near: Option<MethodsProxy>,
        key: Option<Key>,
    ) -> Result<Option<MethodsProxy>, Exception> {
        Ok(near.filter(|_| key.is_none_or(|key| key.bytes.is_none())))
    }

    async fn best(&self) -> Result<MethodsBestResults, Exception> {
        Ok(MethodsBestResults {
            key: None,
            result: Some(String::new()),
        })
    }

    async fn contains(
        &self,
        value: String,
        result: String,
        want_count: bool,
    ) -> Result<MethodsContainsResults, Exception> {
        Ok(MethodsContainsResults {
            has_value: result.contains(&value),
            result: want_count,
            count: 1,
        })
    }

    async fn stop(&self) -> Result<(), Exception> {
        let pushed = self.0.lock().map_err(Exception::failed)?.clone();
        Err(Exception::failed(format_args!("{pushed:?}")))
    }
}

async fn both() -> Result<[MethodsProxy; 2], Exception> {
    Ok([
        MethodsProxy::new(Service::default()),
        remote(Service::default()).await?,
    ])
}

#[tokio::test]
async fn a_value_that_goes_in_comes_back() -> Result<(), Exception> {
    for methods in both().await? {
        assert_eq!(soon(methods.add_in_out(2, 3)).await?, 5);
        let swapped = soon(methods.swap("a", "b")).await?;
        assert_eq!((swapped.one.as_str(), swapped.other.as_str()), ("b", "a"));
        assert!(swapped.result);
        assert_eq!(soon(methods.update(Some(0), true)).await?, Some(0));
        assert_eq!(soon(methods.update(Some(1), false)).await?, None);
        assert_eq!(soon(methods.update(None, true)).await?, None);
    }
    Ok(())
}

#[tokio::test]
async fn results_are_computed_when_asked_for() -> Result<(), Exception> {
    for methods in both().await? {
        let all = soon(methods.estimate(6, true, true)).await?;
        assert_eq!(
            (all.reason.as_deref(), all.target, all.result),
            (Some(""), Some(6), 1)
        );
        let none = soon(methods.estimate(6, false, false)).await?;
        assert_eq!((none.reason, none.target, none.result), (None, None, 1));
        soon(methods.want_more(true)).await?;
        assert!(soon(methods.want_more(false)).await.is_err());
    }
    Ok(())
}

#[tokio::test]
async fn null_is_a_value_where_the_schema_says_so() -> Result<(), Exception> {
    for methods in both().await? {
        let found = soon(methods.find(Some(methods.clone()), None)).await?;
        assert_eq!(
            soon(found.expect("it was given").add_in_out(1, 1)).await?,
            2
        );
        let empty = Key {
            bytes: Some(Vec::new()),
            want_bytes: true,
        };
        assert!(
            soon(methods.find(Some(methods.clone()), Some(empty)))
                .await?
                .is_none()
        );
        let none = Some(Key::default());
        assert!(
            soon(methods.find(Some(methods.clone()), none))
                .await?
                .is_some()
        );
        assert!(soon(methods.find(None, None)).await?.is_none());
        let best = soon(methods.best()).await?;
        assert_eq!((best.key, best.result.as_deref()), (None, Some("")));
    }
    Ok(())
}

#[tokio::test]
async fn a_stream_is_one_call_after_the_other() -> Result<(), Exception> {
    for methods in both().await? {
        soon(methods.push([1, 2])).await?;
        soon(methods.push([3])).await?;
        let pushed = soon(methods.stop())
            .await
            .expect_err("it tells what was pushed");
        assert_eq!(
            (pushed.kind(), pushed.message()),
            (ExceptionKind::Failed, "[1, 2, 3]")
        );
    }
    Ok(())
}

#[tokio::test]
async fn thread_maps_are_the_runtimes_matter() -> Result<(), Exception> {
    for methods in both().await? {
        assert_eq!(soon(methods.exchange("name")).await?, "name");
        // From now on calls with a context name a thread of the peer.
        assert_eq!(soon(methods.best()).await?.key, None);
        assert_eq!(soon(methods.exchange("again")).await?, "again");
        assert_eq!(
            soon(methods.estimate(1, false, true)).await?.target,
            Some(1)
        );
    }
    Ok(())
}

#[tokio::test]
async fn names_alone_are_no_rules() -> Result<(), Exception> {
    for methods in both().await? {
        let found = soon(methods.contains("a", "abc", false)).await?;
        assert_eq!(
            (found.has_value, found.result, found.count),
            (true, false, 1)
        );
    }
    Ok(())
}

#[test]
fn the_method_that_ends_a_call_is_known() {
    let interface = format!("{:?}", MethodsProxy::INTERFACE);
    assert!(
        interface.contains("cancel_with: Some(Method"),
        "{interface}"
    );
}
