//! Capability pointers, told apart from what they point at.
//!
//! A capability pointer on the wire is an index into a table that travels with the message. The
//! `capnp` crate resolves such indexes through a table of RPC hooks, which are bound to one thread.
//! Here the table holds [`Index`] hooks instead, which know their index and nothing else, so that a
//! message and its real capabilities can be read on any thread and under any engine.

use capnp::MessageSize;
use capnp::any_pointer;
use capnp::capability::{Promise, Request};
use capnp::private::capability::{
    ClientHook, ParamsHook, PipelineHook, PipelineOp, RequestHook, ResultsHook,
};

use crate::capability::Capability;

/// The `capnp` crate's capability table.
pub(crate) type Hooks = Vec<Option<Box<dyn ClientHook>>>;

/// How many entries the table has that is kept for reading.
const FEW_HOOKS: usize = 8;

/// A table whose every entry is its own index.
pub(super) fn indexes(capabilities: usize) -> Hooks {
    indexes_from(0, capabilities)
}

/// Shows `look` a table for reading: [`indexes`], or a longer one that is there already. Most messages
/// carry few capabilities or none.
pub(super) fn with_indexes<T>(capabilities: usize, look: impl FnOnce(&Hooks) -> T) -> T {
    thread_local! {
        static FEW: Hooks = indexes(FEW_HOOKS);
    }
    match capabilities {
        0 => look(&Hooks::new()),
        1..=FEW_HOOKS => FEW.with(look),
        _ => look(&indexes(capabilities)),
    }
}

/// A table whose entries are indexes that begin at `first`.
pub(super) fn indexes_from(first: usize, capabilities: usize) -> Hooks {
    (first..first + capabilities)
        .map(|index| Some(index_hook(index)))
        .collect()
}

/// A hook that answers [`ClientHook::get_ptr`] with `index`.
pub(super) fn index_hook(index: usize) -> Box<dyn ClientHook> {
    Box::new(Index(index))
}

/// The capabilities that hooks stand for: each knows the index of one.
pub(super) fn by_index(
    hooks: Hooks,
    capabilities: &[Option<Capability>],
) -> Vec<Option<Capability>> {
    hooks
        .into_iter()
        .map(|hook| capabilities.get(hook?.get_ptr()).cloned().flatten())
        .collect()
}

#[derive(Clone)]
struct Index(usize);

fn not_callable() -> capnp::Error {
    capnp::Error::failed("a capability index is not an object".to_owned())
}

impl ClientHook for Index {
    fn add_ref(&self) -> Box<dyn ClientHook> {
        Box::new(self.clone())
    }

    fn new_call(
        &self,
        _interface_id: u64,
        _method_id: u16,
        _size_hint: Option<MessageSize>,
    ) -> Request<any_pointer::Owned, any_pointer::Owned> {
        Request::new(Box::new(Refused(capnp::message::Builder::new_default())))
    }

    fn call(
        &self,
        _interface_id: u64,
        _method_id: u16,
        _params: Box<dyn ParamsHook>,
        _results: Box<dyn ResultsHook>,
    ) -> Promise<(), capnp::Error> {
        Promise::err(not_callable())
    }

    fn get_brand(&self) -> usize {
        0
    }

    fn get_ptr(&self) -> usize {
        self.0
    }

    fn get_resolved(&self) -> Option<Box<dyn ClientHook>> {
        None
    }

    fn when_more_resolved(&self) -> Option<Promise<Box<dyn ClientHook>, capnp::Error>> {
        None
    }

    fn when_resolved(&self) -> Promise<(), capnp::Error> {
        Promise::ok(())
    }
}

/// A request that can be filled in but fails when sent; [`ClientHook`] asks for one.
struct Refused(capnp::message::Builder<capnp::message::HeapAllocator>);

impl RequestHook for Refused {
    fn get(&mut self) -> any_pointer::Builder<'_> {
        self.0.init_root()
    }

    fn get_brand(&self) -> usize {
        0
    }

    fn send(self: Box<Self>) -> capnp::capability::RemotePromise<any_pointer::Owned> {
        capnp::capability::RemotePromise {
            promise: Promise::err(not_callable()),
            pipeline: any_pointer::Pipeline::new(Box::new(RefusedPipeline)),
        }
    }

    fn send_streaming(self: Box<Self>) -> Promise<(), capnp::Error> {
        Promise::err(not_callable())
    }

    fn tail_send(
        self: Box<Self>,
    ) -> Option<(u32, Promise<(), capnp::Error>, Box<dyn PipelineHook>)> {
        None
    }
}

struct RefusedPipeline;

impl PipelineHook for RefusedPipeline {
    fn add_ref(&self) -> Box<dyn PipelineHook> {
        Box::new(RefusedPipeline)
    }

    fn get_pipelined_cap(&self, _ops: &[PipelineOp]) -> Box<dyn ClientHook> {
        index_hook(0)
    }
}
