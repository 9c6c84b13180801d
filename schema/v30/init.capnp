@0xf2c5cfa319406aa6;
# The first object that Bitcoin Core v30 serves on a connection.

using Cxx = import "/capnp/c++.capnp";
using Proxy = import "/mp/proxy.capnp";
using Echo = import "echo.capnp";
using Mining = import "mining.capnp";
$Cxx.namespace("ipc::capnp::messages");

interface Init @0x8838c700ba5cba65 {
  # Makes the other interfaces of the node.

  construct @0 (threadMap :Proxy.ThreadMap) -> (threadMap :Proxy.ThreadMap);
  # Exchanges the objects by which each side makes threads on the other. The first call of a
  # connection.

  makeEcho @1 (context :Proxy.Context) -> (result :Echo.Echo);
  # Makes an object that echoes text.

  makeMining @2 (context :Proxy.Context) -> (result :Mining.Mining);
  # Makes an object that builds block templates and follows the tip of the chain.
}
