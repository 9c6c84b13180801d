@0xa1b2c3d4e5f6010d;

using Other = import "other.capnp";
using import "other.capnp".Direct;
using Renamed = import "deep/leaf.capnp".Leaf;
using Absolute = import "/imports/deep/leaf.capnp";
using Cxx = import "/capnp/c++.capnp";
using Schema = import "/capnp/schema.capnp";

$Cxx.namespace("imports");

struct Uses {
  a @0 :Other.Direct;
  b @1 :Direct;
  c @2 :Renamed;
  d @3 :Absolute.Leaf;
  e @4 :import "other.capnp".Direct;
  f @5 :Other.Nested.Deeper;
  g @6 :Schema.Node;
  h @7 :Text = Other.greeting;
  i @8 :Other.Alias;
  j @9 :Other.Generic(Text).Inner;
  k @10 :Int32 $Other.mark("imported");
}
