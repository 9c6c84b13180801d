@0xebd8f46e2f369076;
# What ends a subscription, in Bitcoin Core's multiprocess branch.

using Cxx = import "/capnp/c++.capnp";
using Proxy = import "/mp/proxy.capnp";
$Cxx.namespace("ipc::capnp::messages");

interface Handler @0xea08728d34263f55 {
  # A subscription. It ends when the last handle goes away.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object and the subscription, ahead of the release of the last handle.

  disconnect @1 (context :Proxy.Context) -> ();
  # Ends the subscription. No call of its callback runs any more once this has returned.
}
