//! The `Node` of the multiprocess branch, of which the fake has one method: `executeRpc`.

use std::sync::Arc;

use generated_examples::multiprocess::node::NodeProxy;
use ipc_runtime::{Exception, Proxy, rt};
use serde_json::Value;

use super::chain::Chain;
use super::rpc;

/// As in the schema.
const NODE: u64 = 0xece8_7a85_e7d7_c91d;
const EXECUTE_RPC: u16 = 42;

/// What multiprocess serves.
pub(super) fn object(chain: &Arc<Chain>) -> NodeProxy {
    NodeProxy::from_object(rt::Object::local(OurNode(Arc::clone(chain))))
}

/// By number and not by the generated trait, which would need its other 57 methods too.
struct OurNode(Arc<Chain>);

impl rt::Adapter for OurNode {
    fn interface(&self) -> &'static rt::Interface {
        NodeProxy::INTERFACE
    }

    fn dispatch(&self, call: rt::ServerCall) -> rt::Dispatched {
        if call.method() != (NODE, EXECUTE_RPC) {
            return call.unimplemented();
        }
        let chain = Arc::clone(&self.0);
        call.serve(
            |params| Ok((params.text(1, "command")?, params.text(2, "params")?)),
            |(command, params)| async move {
                chain.enter("Node.executeRpc").await?;
                let params: Value = serde_json::from_str(&params).map_err(Exception::failed)?;
                Ok(rpc::run(&chain, &command, &params))
            },
            |results, outcome| match outcome {
                Ok(result) => results.set_text(2, &result.to_string()),
                Err(error) => results.set_text(1, &error.to_string()),
            },
        )
    }
}
