@0xa1b2c3d4e5f6010f;

using Back = import "../other.capnp";
struct Leaf { back @0 :Back.Direct; self @1 :List(Leaf); }
