@0xa1b2c3d4e5f6010e;

struct Direct { leaf @0 :import "deep/leaf.capnp".Leaf; }
struct Nested { struct Deeper { enum Enum { a @0; } enum @0 :Enum; } }
const greeting :Text = "hello";
using Alias = import "deep/leaf.capnp".Leaf;
struct Generic(T) { struct Inner { a @0 :T; } }
annotation mark(field) :Text;
struct Unused { bad @0 :Int8; }
using Unneeded = import "main.capnp".Uses;
