//! What the README's code uses: the greeter, with JSON-RPC.

ipc_runtime::include_generated!();
