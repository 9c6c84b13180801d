//! Nodes that are started as Bitcoin Core's own processes start each other.

use std::path::Path;

use generated_examples::multiprocess::init::InitProxy;
use ipc_runtime::{ChildProcess, Ipc};

use crate::error::Error;
use crate::interfaces::Of;
use crate::node::Node;

/// Starts a program from the directory of this one, or at a full path, with the arguments `-ipcfd N`: as `bitcoin-gui`
/// starts the `bitcoin-node` of the multiprocess branch.
///
/// Such a node has no settings and no chain. It does nothing but what it is asked for, and waits to be initialized over the
/// connection: with the `Node` of its first object. It ends when the last of what was made with this connection is dropped,
/// also where this process is killed; [`ChildProcess::exited`] waits for that.
///
/// Released nodes, v30 to v32, can be started so as well, but have only [`Node::echo`] then: they cannot be initialized, and
/// a call of anything else ends them. Nor do they take `-ipcfd` beside other arguments. Use
/// [`NodeProcess`](super::NodeProcess) for these. So as not to end them, they are not asked what they speak: whatever it is, it
/// is called [`Interfaces::Multiprocess`](crate::Interfaces::Multiprocess).
///
/// # Errors
///
/// The program cannot be started, or does not become a peer: see [`Ipc::spawn_child`].
pub async fn spawn_node(
    ipc: &Ipc,
    program: impl AsRef<Path>,
) -> Result<(Node, ChildProcess), Error> {
    let program = program.as_ref();
    let (init, child) = ipc.spawn_child::<InitProxy>(program).await?;
    let node = Node::of(
        Of::Multiprocess(init),
        program.display().to_string(),
        ipc.clone(),
    );
    Ok((node, child))
}
