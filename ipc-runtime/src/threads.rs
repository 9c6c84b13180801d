//! What runs the threads that peers make here.

/// What runs the calls that name a thread which the peer made here (`ThreadMap.makeThread`).
///
/// Either way they run one after the other in their order of arrival, except that while one waits for the
/// answer to a call that it made of the same peer, the next one runs meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Threads {
    /// Tasks of the runtime: a thread costs a few hundred bytes. Calls that name no thread run side by side.
    #[default]
    Tasks,
    /// A thread of the operating system each, for handlers that block, and for code that needs to know its thread:
    /// thread-local state, or debuggers, which see the end of the name that the peer gave. Calls that name no thread
    /// run on the pool that the peer asked for (`ThreadMap.makePool`), and fail without one, as in libmultiprocess; a
    /// peer that we connected to need not ask.
    Dedicated,
}
