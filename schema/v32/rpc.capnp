@0x9c3505dc45e146ac;
# Access to the JSON-RPC methods of Bitcoin Core v32.

using Cxx = import "/capnp/c++.capnp";
using Proxy = import "/mp/proxy.capnp";
using Common = import "common.capnp";
$Cxx.namespace("ipc::capnp::messages");

interface Rpc @0xacb1d37f0a713129 {
  # Runs JSON-RPC requests inside the node, without HTTP.

  executeRpc @0 (context :Proxy.Context, request :Text, uri :Text, user :Text) -> (result :Text);
  # Runs a JSON-RPC request and returns the response, both as JSON text.
  #
  # `uri` is the path that an HTTP request would name, such as `/` or `/wallet/NAME`. `user` is the
  # name that the node's log gives to the caller; it is not checked against a password.
}
