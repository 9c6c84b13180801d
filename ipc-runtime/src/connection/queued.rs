//! What stands in the line of an object.

use futures_util::future::BoxFuture;

use super::job::Job;
use super::order::Begin;
use crate::exception::Exception;

/// A call, or something to do when the calls before it have begun.
pub(super) enum Queued {
    Call(Job),
    Mark(Box<dyn FnOnce() + Send>),
}

impl Begin for Queued {
    fn streams(&self) -> bool {
        match self {
            Self::Call(job) => job.streams(),
            Self::Mark(_) => false,
        }
    }

    fn begin(self) -> Option<BoxFuture<'static, ()>> {
        match self {
            Self::Call(job) => job.begin(),
            Self::Mark(run) => {
                run();
                None
            }
        }
    }

    fn fail(self, reason: Exception) {
        match self {
            Self::Call(job) => job.fail(reason),
            Self::Mark(run) => run(),
        }
    }
}
