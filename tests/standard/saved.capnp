@0xe19cbe0b6b1c8d20;
# Uses what Cap'n Proto's own schema files declare.

using Persistent = import "/capnp/persistent.capnp".Persistent;
using Schema = import "/capnp/schema.capnp";

interface Document extends(Persistent(Text, Author)) {
  # Can be saved.

  describe @0 () -> (node :Schema.Node, types :List(Schema.Type));
}

struct Author {
  name @0 :Text;
}

struct Shelf {
  document @0 :Persistent(Text, Author);
}
