@0x86c366a91393f3f8;
# What `-> stream` stands for in the results of a method.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("capnp");

struct StreamResult @0x995f9a3377c0b16e {}
