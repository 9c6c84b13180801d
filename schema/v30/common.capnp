@0xcd2c6232cb484a28;
# Types that the interfaces of Bitcoin Core v30 share.

using Cxx = import "/capnp/c++.capnp";
using Proxy = import "/mp/proxy.capnp";
$Cxx.namespace("ipc::capnp::messages");

struct BlockRef @0xb3be4b8949350369 {
  # A block of the chain, named by hash and height.

  hash @0 :Data;
  # The block hash: 32 bytes in internal byte order, which is the reverse of the order shown to
  # people.

  height @1 :Int32;
  # The distance from the genesis block, which has height 0.
}
