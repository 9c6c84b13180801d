@0x888b4f7f51e691f7;
# A way to try out a connection to Bitcoin Core's multiprocess branch.

using Cxx = import "/capnp/c++.capnp";
using Proxy = import "/mp/proxy.capnp";
$Cxx.namespace("ipc::capnp::messages");

interface Echo @0xd36b89640dc94399 {
  # Echoes text, to see whether a connection works and how long a call takes.

  destroy @0 (context :Proxy.Context) -> ();
  # Ends the object on the server, ahead of the release of the last handle.

  echo @1 (context :Proxy.Context, echo :Text) -> (result :Text);
  # Returns the text that it was given.
}
