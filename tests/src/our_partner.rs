//! The objects of `partner.capnp` in Rust: what the tests serve, and what they pass to a server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ipc_runtime::{AnyPointer, Exception, ExceptionKind, Ipc};
use tokio::sync::watch;

use crate::defaults::Everything;
use crate::lists::All;
use crate::partner::{
    Counter, CounterProxy, Kind, Numbers, Partner, PartnerValuesResults, Sink, SinkEndResults,
    SinkProxy, Wrapper,
};

/// How often a peer may have its counter called at once.
const MOST_AT_ONCE: u32 = 1000;

/// A promise of a counter: nothing yet, or the counter, or why there is none.
type Promise = watch::Sender<Option<Result<CounterProxy, Exception>>>;

/// What the objects of one test share.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    keys: Arc<Mutex<HashMap<String, Arc<Promise>>>>,
    /// Calls of `wait` that run.
    pub waiting: Arc<watch::Sender<usize>>,
    /// Partners that live.
    pub partners: Arc<watch::Sender<usize>>,
    /// Counters that live.
    pub counters: Arc<watch::Sender<usize>>,
}

impl Shared {
    fn promise(&self, key: String) -> Arc<Promise> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(keys.entry(key).or_default())
    }

    async fn get(&self, key: String) -> Result<CounterProxy, Exception> {
        let mut promise = self.promise(key).subscribe();
        let known = promise.wait_for(Option::is_some).await;
        let known = known.map_err(Exception::failed)?.clone();
        known.unwrap_or_else(|| Err(Exception::failed("it waited for something")))
    }
}

/// Waits until a count is this.
pub async fn reach(count: &watch::Sender<usize>, wanted: usize) {
    // The sender is alive, so the wait cannot fail.
    let _ = count.subscribe().wait_for(|count| *count == wanted).await;
}

/// Counts itself as long as it lives.
#[derive(Debug)]
struct Counted(Arc<watch::Sender<usize>>);

impl Counted {
    fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// A counter, whose amounts its maker can look at.
#[derive(Clone, Debug)]
pub struct OurCounter(Arc<State>);

#[derive(Debug)]
struct State {
    start: u64,
    amounts: Mutex<Vec<u32>>,
    _counted: Counted,
}

impl OurCounter {
    /// One that begins with this.
    pub fn new(shared: &Shared, start: u64) -> Self {
        Self(Arc::new(State {
            start,
            amounts: Mutex::default(),
            _counted: Counted::new(&shared.counters),
        }))
    }

    /// A handle on it.
    pub fn proxy(&self) -> CounterProxy {
        CounterProxy::new(self.clone())
    }

    /// All amounts, in the order of their arrival.
    pub fn amounts(&self) -> Vec<u32> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<u32>> {
        self.0
            .amounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counter for OurCounter {
    async fn add(&self, amount: u32) -> Result<u64, Exception> {
        let mut amounts = self.lock();
        amounts.push(amount);
        let added: u64 = amounts.iter().copied().map(u64::from).sum();
        Ok(self.0.start + added)
    }

    async fn wrap(&self) -> Result<Wrapper, Exception> {
        let inner = Wrapper {
            label: "inner".to_owned(),
            counter: Some(self.proxy()),
            inner: None,
        };
        Ok(Wrapper {
            label: "outer".to_owned(),
            counter: None,
            inner: Some(Box::new(inner)),
        })
    }

    async fn added(&self) -> Result<Vec<u32>, Exception> {
        Ok(self.amounts())
    }
}

/// The first object of a server.
#[derive(Debug)]
pub struct OurPartner {
    shared: Shared,
    /// Where it was listening, to close the connections again.
    ipc: Ipc,
    _counted: Counted,
}

impl OurPartner {
    /// One that is served by this Ipc.
    pub fn new(ipc: &Ipc, shared: &Shared) -> Self {
        Self {
            shared: shared.clone(),
            ipc: ipc.clone(),
            _counted: Counted::new(&shared.partners),
        }
    }
}

impl Partner for OurPartner {
    async fn values(
        &self,
        everything: Everything,
        lists: All,
        numbers: Numbers,
        any: AnyPointer,
    ) -> Result<PartnerValuesResults, Exception> {
        Ok(PartnerValuesResults {
            everything,
            lists,
            numbers,
            any,
        })
    }

    async fn blob(&self, bytes: Vec<u8>) -> Result<Vec<u8>, Exception> {
        Ok(bytes)
    }

    async fn fail(&self, kind: Kind, reason: String) -> Result<(), Exception> {
        let kind = match kind {
            Kind::Overloaded => ExceptionKind::Overloaded,
            Kind::Disconnected => ExceptionKind::Disconnected,
            Kind::Unimplemented => ExceptionKind::Unimplemented,
            _ => ExceptionKind::Failed,
        };
        Err(Exception::new(kind, reason))
    }

    async fn counter(&self, start: u64) -> Result<CounterProxy, Exception> {
        Ok(OurCounter::new(&self.shared, start).proxy())
    }

    async fn later(&self, key: String) -> Result<CounterProxy, Exception> {
        self.shared.get(key).await
    }

    async fn promise(&self, key: String) -> Result<CounterProxy, Exception> {
        self.shared.get(key).await
    }

    async fn settle(&self, key: String, counter: CounterProxy) -> Result<(), Exception> {
        self.shared.promise(key).send_replace(Some(Ok(counter)));
        Ok(())
    }

    async fn reject(&self, key: String, reason: String) -> Result<(), Exception> {
        let reason = Exception::failed(reason);
        self.shared.promise(key).send_replace(Some(Err(reason)));
        Ok(())
    }

    async fn add_to(
        &self,
        counter: CounterProxy,
        amount: u32,
        times: u32,
    ) -> Result<u64, Exception> {
        if times > MOST_AT_ONCE {
            return Err(Exception::failed(format_args!(
                "at most {MOST_AT_ONCE} times at once"
            )));
        }
        let calls: Vec<_> = (0..times)
            .map(|_| tokio::spawn(counter.add(amount)))
            .collect();
        let mut total = Err(Exception::failed("nothing to add"));
        for call in calls {
            total = Ok(call.await.map_err(Exception::failed)??);
        }
        total
    }

    async fn forward(&self, counter: CounterProxy, amount: u32) -> Result<u64, Exception> {
        counter.add(amount).await
    }

    async fn wait(&self, _key: String) -> Result<(), Exception> {
        let _counted = Counted::new(&self.shared.waiting);
        std::future::pending().await
    }

    async fn sink(&self, key: String) -> Result<SinkProxy, Exception> {
        Ok(SinkProxy::new(OurSink {
            opens: (!key.is_empty()).then(|| (self.shared.clone(), key)),
            taken: Mutex::default(),
        }))
    }

    async fn on_thread(&self, text: String) -> Result<String, Exception> {
        Ok(text)
    }

    async fn leave(&self) -> Result<(), Exception> {
        self.ipc.disconnect_incoming();
        std::future::pending().await
    }
}

/// Counts what is pushed.
#[derive(Debug)]
struct OurSink {
    /// The key that opens it, if it is not open.
    opens: Option<(Shared, String)>,
    /// Parts and bytes.
    taken: Mutex<(u32, u64)>,
}

impl Sink for OurSink {
    async fn push(&self, bytes: Vec<u8>) -> Result<(), Exception> {
        if let Some((shared, key)) = &self.opens {
            shared.get(key.clone()).await?;
        }
        if bytes.is_empty() {
            return Err(Exception::failed("an empty part"));
        }
        let mut sum = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        sum.0 += 1;
        sum.1 += bytes.len() as u64;
        Ok(())
    }

    async fn end(&self) -> Result<SinkEndResults, Exception> {
        let (parts, bytes) = *self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(SinkEndResults { parts, bytes })
    }
}
