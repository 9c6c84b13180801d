//! The runtime's promises, over sockets of this process and over real processes.

mod calls;
mod faults;
mod lifecycle;
mod processes;
mod support;
