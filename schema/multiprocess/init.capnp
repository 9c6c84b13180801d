@0xf2c5cfa319406aa6;
# The first object on a connection between processes of Bitcoin Core's multiprocess branch.

using Cxx = import "/capnp/c++.capnp";
using Proxy = import "/mp/proxy.capnp";
using Chain = import "chain.capnp";
using Common = import "common.capnp";
using Echo = import "echo.capnp";
using Mining = import "mining.capnp";
using Node = import "node.capnp";
using Wallet = import "wallet.capnp";
$Cxx.namespace("ipc::capnp::messages");

interface Init @0x8838c700ba5cba65 {
  # Makes the other interfaces of a process.

  construct @0 (threadMap :Proxy.ThreadMap) -> (threadMap :Proxy.ThreadMap);
  # Exchanges the objects by which each side makes threads on the other. The first call of a
  # connection.

  makeEcho @1 (context :Proxy.Context) -> (result :Echo.Echo);
  # Makes an object that echoes text.

  makeMiningOld2 @2 () -> ();
  # Stands where an older version made its mining interface: a server answers with an error that
  # asks for a newer client.

  makeMining @3 (context :Proxy.Context) -> (result :Mining.Mining);
  # Makes an object that builds block templates and follows the tip of the chain.

  makeChain @4 (context :Proxy.Context) -> (result :Chain.Chain);
  # Makes an object that gives access to the chain. Null in a process that has none.

  makeNode @5 (context :Proxy.Context) -> (result :Node.Node);
  # Makes an object that runs the node, for a graphical interface. Null in a process that has none.

  makeWalletLoader @6 (context :Proxy.Context, globalArgs :Common.GlobalArgs, chain :Chain.Chain) -> (result :Wallet.WalletLoader);
  # Makes an object that opens wallets on a chain. Null in a process that has no wallets.
}
