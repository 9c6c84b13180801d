//! What the tests serve.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use ipc_runtime::{AnyPointer, Exception, ExceptionKind};

use crate::shop::{Item, Named, Pair, Shop, ShopPriceResults, Till, TillProxy};
use crate::v32::echo::Echo;

/// How many tills live, and how many calls wait.
#[derive(Debug, Default)]
pub struct Books {
    /// Tills that live.
    pub tills: AtomicUsize,
    /// Calls of `wait` that run.
    pub waiting: AtomicUsize,
}

/// A shop with whatever one asks for.
#[derive(Debug)]
pub struct OurShop(pub Arc<Books>);

#[derive(Debug)]
struct OurTill {
    owner: String,
    total: AtomicI64,
    books: Arc<Books>,
}

impl Drop for OurTill {
    fn drop(&mut self) {
        self.books.tills.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Named for OurTill {
    async fn get_name(&self) -> Result<String, Exception> {
        Ok(format!("{}'s till", self.owner))
    }
}

impl Till for OurTill {
    async fn add(&self, amount: i64) -> Result<i64, Exception> {
        Ok(self
            .total
            .fetch_add(amount, Ordering::SeqCst)
            .wrapping_add(amount))
    }
}

/// Counts a call as long as it waits.
struct Waiting(Arc<Books>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Shop for OurShop {
    async fn open(&self, owner: String, total: i64) -> Result<TillProxy, Exception> {
        self.0.tills.fetch_add(1, Ordering::SeqCst);
        Ok(TillProxy::new(OurTill {
            owner,
            total: AtomicI64::new(total),
            books: Arc::clone(&self.0),
        }))
    }

    async fn find(&self, owner: String) -> Result<Option<TillProxy>, Exception> {
        match owner.as_str() {
            "nobody" => Ok(None),
            _ => self.open(owner, 0).await.map(Some),
        }
    }

    async fn describe(&self, item: Item) -> Result<Item, Exception> {
        Ok(item)
    }

    async fn price(&self, item: Item, count: u32) -> Result<ShopPriceResults, Exception> {
        let total = item.price.checked_mul(u64::from(count));
        let total = total.ok_or_else(|| Exception::failed("nobody has so much"))?;
        let cheap = total < 1000;
        Ok(ShopPriceResults { total, cheap })
    }

    async fn sum(&self, tills: Vec<Option<TillProxy>>) -> Result<i64, Exception> {
        let mut total = 0;
        for till in tills.into_iter().flatten() {
            total += till.add(0).await?;
        }
        Ok(total)
    }

    async fn swap(&self, pair: Pair<String, Vec<u8>>) -> Result<Pair<Vec<u8>, String>, Exception> {
        let Pair { first, second } = pair;
        Ok(Pair {
            first: second,
            second: first,
        })
    }

    async fn fail(&self, kind: u16) -> Result<(), Exception> {
        let kind = match kind {
            1 => ExceptionKind::Overloaded,
            2 => ExceptionKind::Unimplemented,
            3 => ExceptionKind::TimedOut,
            _ => ExceptionKind::Failed,
        };
        Err(Exception::new(kind, "failed as asked"))
    }

    async fn wait(&self) -> Result<(), Exception> {
        self.0.waiting.fetch_add(1, Ordering::SeqCst);
        let _waiting = Waiting(Arc::clone(&self.0));
        std::future::pending().await
    }

    async fn any(&self, value: AnyPointer) -> Result<AnyPointer, Exception> {
        Ok(value)
    }
}

/// Echoes text.
#[derive(Debug)]
pub struct OurEcho;

impl Echo for OurEcho {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        Ok(echo)
    }
}
