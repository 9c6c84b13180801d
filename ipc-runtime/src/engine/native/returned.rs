//! What comes of our questions.

use std::sync::Arc;

use capnp_rpc::rpc_capnp::{message, return_};

use super::answer::{AnswerCell, Waiting};
use super::descriptor::malformed;
use super::peer::{Asking, Peer, broken};
use super::pipelined::Pipelined;
use super::promise::Resolution;
use super::resolved::comes_home;
use super::tables::{Finish, Waiter};
use super::wire;
use super::writer::Urgency;
use crate::capability::Capability;
use crate::engine::{Cancelled, object_at};
use crate::exception::{Exception, ExceptionKind};
use crate::message::{Frame, Payload, Within};

/// What an answer says of its question, beside what it brings.
struct Terms {
    needs_no_finish: bool,
    releases_params: bool,
    is_cancelled: bool,
}

impl Peer {
    /// Takes note of an answer. Returns what it is and who waits for it, if anybody does.
    pub(super) fn returned(
        self: &Arc<Self>,
        returned: return_::Reader<'_>,
    ) -> Result<Option<Answered>, Exception> {
        let terms = Terms {
            needs_no_finish: returned.get_no_finish_needed(),
            releases_params: returned.get_release_param_caps(),
            is_cancelled: matches!(returned.which(), Ok(return_::Which::Canceled(()))),
        };
        let settled = self.settle(returned.get_answer_id(), &terms)?;
        let Some((asking, finished, waiter)) = settled else {
            return Ok(None);
        };
        let given = self.given(returned, waiter.object.is_some())?;
        Ok(Some(Answered {
            asking,
            finished,
            waiter,
            given,
        }))
    }

    /// As [`Peer::returned`], for results that refer to no objects and need no Finish.
    pub(super) fn returned_simply(&self, question: u32) -> Result<Option<Answered>, Exception> {
        let terms = Terms {
            needs_no_finish: true,
            releases_params: false,
            is_cancelled: false,
        };
        let settled = self.settle(question, &terms)?;
        Ok(settled.map(|(asking, finished, waiter)| Answered {
            asking,
            finished,
            waiter,
            given: Given::Results {
                capabilities: Vec::new(),
                homes: Vec::new(),
            },
        }))
    }

    /// Notes that a question has its answer. Returns who waits for it, if anybody does, and whether the peer needs
    /// no Finish or has it.
    fn settle(
        &self,
        question: u32,
        terms: &Terms,
    ) -> Result<Option<(Asking, bool, Waiter)>, Exception> {
        let (asking, waiter, finished, dropped) = {
            let mut tables = self.lock();
            let Some(asked) = tables.questions.get_mut(question as usize) else {
                return Err(broken("it answers a call that we did not make"));
            };
            if asked.returned {
                return Err(broken("it answers a call twice"));
            }
            asked.returned = true;
            let serial = asked.serial;
            let waiter = std::mem::take(&mut asked.waiter);
            let is_wanted = waiter.caller.is_some() || waiter.object.is_some();
            asked.imported = is_wanted;
            // The number of one with an object in its results is freed by that.
            if terms.needs_no_finish && is_wanted && waiter.object.is_none() {
                asked.finish = Finish::Sent;
            }
            let settled = asked.settled.take();
            let params = std::mem::take(&mut asked.params);
            let finished = asked.finish == Finish::Sent;
            let mut released = Vec::new();
            if terms.releases_params {
                for export in params {
                    released.extend(tables.unexport(export, 1));
                }
            }
            tables.awaited -= 1;
            if finished {
                drop(tables.questions.remove(question as usize));
            }
            let asking = Asking { question, serial };
            let waiter = is_wanted.then_some(waiter);
            (asking, waiter, finished, (released, settled))
        };
        // Outside of the lock: that may be anybody's code, and those who wait go on.
        let (released, settled) = dropped;
        drop(released);
        if let Some(settled) = settled
            && terms.is_cancelled
        {
            let _ = settled.send(Cancelled);
        }
        Ok(waiter.map(|waiter| (asking, finished, waiter)))
    }

    /// What an answer says.
    fn given(
        self: &Arc<Self>,
        returned: return_::Reader<'_>,
        object_is_wanted: bool,
    ) -> Result<Given, Exception> {
        use return_::Which;

        Ok(match returned.which() {
            Ok(Which::Results(results)) => {
                let results = results.map_err(malformed)?;
                let homes = match object_is_wanted {
                    true => {
                        let descriptors = results.get_cap_table().map_err(malformed)?;
                        descriptors.iter().map(comes_home).collect()
                    }
                    false => Vec::new(),
                };
                Given::Results {
                    capabilities: self.capabilities(results)?,
                    homes,
                }
            }
            Ok(Which::Exception(exception)) => {
                Given::Failure(wire::read_exception(exception.map_err(malformed)?))
            }
            Ok(Which::Canceled(())) => Given::Failure(Exception::from_peer(
                ExceptionKind::Cancelled,
                "the peer cancelled the call",
            )),
            Ok(Which::TakeFromOtherQuestion(other)) => Given::Elsewhere(self.take(other)?),
            Ok(Which::ResultsSentElsewhere(())) => {
                return Err(broken("it sent results elsewhere unasked"));
            }
            Ok(Which::AcceptFromThirdParty(_)) | Err(_) => Given::Failure(Exception::new(
                ExceptionKind::Unimplemented,
                "the peer answered in a way that needs a third party",
            )),
        })
    }

    /// Hands an answer to the one who waits for it; results are in `frame`.
    pub(super) fn deliver(
        self: &Arc<Self>,
        answered: Answered,
        frame: Frame<'_>,
    ) -> Result<(), Exception> {
        let Answered {
            asking,
            finished,
            waiter,
            given,
        } = answered;
        let (outcome, homes) = match given {
            Given::Results {
                capabilities,
                homes,
            } => {
                let results = Payload::received(frame.into_owned(), Within::Return, capabilities);
                (Ok(results), homes)
            }
            Given::Failure(exception) => (Err(exception), Vec::new()),
            Given::Elsewhere(cell) => {
                cell.want(self, Waiting::Take(asking, waiter));
                return Ok(());
            }
        };
        if finished {
            return self.hand_over(waiter, outcome, &homes).map(drop);
        }
        self.satisfy(asking, waiter, outcome, &homes)
    }

    /// Hands an outcome to the one who waits for it, and finishes the question unless an object in the
    /// outcome may still be called by its number.
    pub(super) fn satisfy(
        self: &Arc<Self>,
        question: Asking,
        waiter: Waiter,
        outcome: Result<Payload, Exception>,
        homes: &[bool],
    ) -> Result<(), Exception> {
        if !self.hand_over(waiter, outcome, homes)? {
            self.finish(question, Urgency::Flushed);
        }
        Ok(())
    }

    /// Hands an outcome to the one who waits for it, and says whether there is an object in it that is
    /// wanted. `homes` says which of its capabilities are of this side.
    fn hand_over(
        self: &Arc<Self>,
        waiter: Waiter,
        outcome: Result<Payload, Exception>,
        homes: &[bool],
    ) -> Result<bool, Exception> {
        let object = waiter.object.and_then(|object| object.upgrade());
        if let Some(object) = &object {
            let (resolution, comes_home) = found(object, &outcome, homes);
            let name = object.addressee(self);
            self.become_known(object.promise(), name, resolution, comes_home)?;
        }
        if let Some(caller) = waiter.caller {
            // It fails when the caller has just given up.
            let _ = caller.send(outcome);
        }
        Ok(object.is_some())
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
            let waiter = std::mem::take(&mut asked.waiter);
            let settled = asked.settled.take();
            let params = std::mem::take(&mut asked.params);
            let finishing = asked.finish == Finish::Sending;
            tables.awaited -= 1;
            // The peer knows nothing of the question, so there is nothing to finish.
            if !finishing {
                drop(tables.questions.remove(question as usize));
            }
            // Nor of the capabilities that came with it.
            let released: Vec<_> = params
                .into_iter()
                .filter_map(|export| tables.unexport(export, 1))
                .collect();
            (Asking { question, serial }, waiter, (released, settled))
        };
        drop(released);
        let exception = Exception::from_peer(
            ExceptionKind::Unimplemented,
            "the peer does not understand such calls",
        );
        self.satisfy(asking, waiter, Err(exception), &[])
    }
}

/// One of our questions that has its answer.
pub(super) struct Answered {
    asking: Asking,
    /// The peer needs no Finish, or has it.
    finished: bool,
    waiter: Waiter,
    given: Given,
}

/// An answer as it arrived.
enum Given {
    /// Results, by the capabilities that they carry, and which of those are ours, if that matters.
    Results {
        capabilities: Vec<Option<Capability>>,
        homes: Vec<bool>,
    },
    Failure(Exception),
    /// The same as for a call of the peer.
    Elsewhere(Arc<AnswerCell>),
}

/// What an object in an answer turns out to be, and whether it is of this side.
fn found(
    object: &Pipelined,
    outcome: &Result<Payload, Exception>,
    homes: &[bool],
) -> (Resolution, bool) {
    let results = match outcome {
        Ok(results) => results,
        Err(exception) => return (Err(exception.clone()), false),
    };
    let slot = results.slot_at(object.path()).ok().flatten();
    let comes_home = slot.and_then(|slot| homes.get(slot)).copied();
    let resolution = match object_at(results, object.path()) {
        // The answer to a Bootstrap is nothing but the object.
        Err(exception) if exception.kind() == ExceptionKind::Null && object.path().is_empty() => {
            Err(Exception::new(
                ExceptionKind::Null,
                "the peer's first object is null",
            ))
        }
        resolution => resolution,
    };
    (resolution, comes_home.unwrap_or(false))
}
