//! What comes of our questions.

use std::sync::Arc;

use capnp_rpc::rpc_capnp::{message, payload, return_};

use super::answer::Waiting;
use super::descriptor::malformed;
use super::first::First;
use super::peer::{Asking, Peer, broken};
use super::promise::Resolution;
use super::resolved::comes_home;
use super::tables::{Finish, Waiter};
use super::wire;
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;

impl Peer {
    pub(super) fn returned(
        self: &Arc<Self>,
        returned: return_::Reader<'_>,
    ) -> Result<(), Exception> {
        let question = returned.get_answer_id();
        let (asking, waiter, released) = {
            let mut tables = self.lock();
            let Some(asked) = tables.questions.get_mut(question as usize) else {
                return Err(broken("it answers a call that we did not make"));
            };
            if asked.returned {
                return Err(broken("it answers a call twice"));
            }
            asked.returned = true;
            let serial = asked.serial;
            let waiter = asked.waiter.take();
            asked.imported = waiter.is_some();
            let params = std::mem::take(&mut asked.params);
            let finished = asked.finish == Finish::Sent;
            let mut released = Vec::new();
            if returned.get_release_param_caps() {
                for export in params {
                    released.extend(tables.unexport(export, 1));
                }
            }
            if finished {
                drop(tables.questions.remove(question as usize));
            }
            (Asking { question, serial }, waiter, released)
        };
        drop(released);
        let Some(waiter) = waiter else {
            return Ok(());
        };
        self.deliver(asking, waiter, returned)
    }

    /// Hands an answer to the one who waits for it.
    fn deliver(
        self: &Arc<Self>,
        question: Asking,
        waiter: Waiter,
        returned: return_::Reader<'_>,
    ) -> Result<(), Exception> {
        use return_::Which;

        let outcome = match returned.which() {
            Ok(Which::Results(results)) => {
                let results = results.map_err(malformed)?;
                let capabilities = self.capabilities(results)?;
                let payload = Payload::read_from(results.get_content(), &capabilities);
                if let Waiter::Bootstrap(first) = waiter {
                    return match first.upgrade() {
                        Some(first) => self.arrived(&first, payload, results),
                        None => Ok(()),
                    };
                }
                payload
            }
            Ok(Which::Exception(exception)) => {
                Err(wire::read_exception(exception.map_err(malformed)?))
            }
            Ok(Which::Canceled(())) => Err(Exception::from_peer(
                ExceptionKind::Cancelled,
                "the peer cancelled the call",
            )),
            Ok(Which::TakeFromOtherQuestion(other)) => {
                let waiting = Waiting::Take(question, waiter);
                self.take(other)?.want(self, waiting);
                return Ok(());
            }
            Ok(Which::ResultsSentElsewhere(())) => {
                return Err(broken("it sent results elsewhere unasked"));
            }
            Ok(Which::AcceptFromThirdParty(_)) | Err(_) => Err(Exception::new(
                ExceptionKind::Unimplemented,
                "the peer answered in a way that needs a third party",
            )),
        };
        self.satisfy(question, waiter, outcome);
        Ok(())
    }

    /// The peer's first object has come.
    fn arrived(
        self: &Arc<Self>,
        first: &First,
        results: Result<Payload, Exception>,
        described: payload::Reader<'_>,
    ) -> Result<(), Exception> {
        let resolution = results.and_then(first_object);
        let descriptors = described.get_cap_table().map_err(malformed)?;
        let comes_home = descriptors.iter().any(comes_home);
        let name = first.addressee(self);
        self.become_known(first.promise(), name, resolution, comes_home)?;
        Ok(())
    }

    /// Hands an outcome to the one who waits for it.
    pub(super) fn satisfy(
        self: &Arc<Self>,
        question: Asking,
        waiter: Waiter,
        outcome: Result<Payload, Exception>,
    ) {
        match waiter {
            Waiter::Call(sender) => {
                // It fails when the caller has just given up.
                let _ = sender.send(outcome);
                self.finish(question);
            }
            Waiter::Bootstrap(first) => {
                if let Some(first) = first.upgrade() {
                    let resolution = outcome.and_then(first_object);
                    first.promise().become_known(resolution, false, || ());
                }
            }
        }
    }

    /// A message of ours that the peer does not know.
    pub(super) fn not_understood(
        self: &Arc<Self>,
        ours: message::Reader<'_>,
    ) -> Result<(), Exception> {
        use message::Which;

        let question = match ours.which() {
            Ok(Which::Call(call)) => call.map_err(malformed)?.get_question_id(),
            Ok(Which::Bootstrap(bootstrap)) => bootstrap.map_err(malformed)?.get_question_id(),
            // Nothing else needs an answer.
            _ => return Ok(()),
        };
        let (asking, waiter, released) = {
            let mut tables = self.lock();
            let Some(asked) = tables.questions.get_mut(question as usize) else {
                return Err(broken("it does not understand a call that we did not make"));
            };
            if asked.returned {
                return Err(broken("it answers a call twice"));
            }
            asked.returned = true;
            let serial = asked.serial;
            let waiter = asked.waiter.take();
            let params = std::mem::take(&mut asked.params);
            // The peer knows nothing of the question, so there is nothing to finish.
            if asked.finish != Finish::Sending {
                drop(tables.questions.remove(question as usize));
            }
            // Nor of the capabilities that came with it.
            let released: Vec<_> = params
                .into_iter()
                .filter_map(|export| tables.unexport(export, 1))
                .collect();
            (Asking { question, serial }, waiter, released)
        };
        drop(released);
        if let Some(waiter) = waiter {
            let exception = Exception::from_peer(
                ExceptionKind::Unimplemented,
                "the peer does not understand such calls",
            );
            self.satisfy(asking, waiter, Err(exception));
        }
        Ok(())
    }
}

/// The object that a Bootstrap is answered with.
fn first_object(results: Payload) -> Resolution {
    results
        .pipelined(&[])?
        .ok_or_else(|| Exception::new(ExceptionKind::Null, "the peer's first object is null"))
}
