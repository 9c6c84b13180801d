@0x9b1d4c25d3a9c0e7;
# What the mistakes are made with.

using Proxy = import "/mp/proxy.capnp";
using Ipc = import "/ipc.capnp";

enum Colour { red @0; green @1; }

struct Item {
  name @0 :Text;
  price @1 :UInt32;
  colour @2 :Colour;
}

struct Order {
  item @0 :Item;
}

interface Echo {
  echo @0 (text :Text) -> (result :Text);
}

interface Counter {
  destroy @0 (context :Proxy.Context) -> ();
  add @1 (amount :UInt32, label :Text) -> (total :UInt64);
  reset @2 () -> ();
  wait @3 (context :Proxy.Context) -> ();
}

interface Shop {
  buy @0 (item :Item, count :UInt32) -> (result :Order);
  counter @1 () -> (result :Counter);
  paint @2 (colour :Colour) -> (result :List(Colour));
  find @3 (id :Data) -> (result :Item $Ipc.nullable);
  look @4 () -> (name :Text, price :UInt32);
  limit @5 (most :UInt32, hasMost :Bool) -> ();
}

interface Derived extends (Echo) {
  more @0 () -> ();
}

interface Cell(T) {
  get @0 () -> (value :T);
}

interface Failing {
  risk @0 () -> (refused :Item $Proxy.exception("Refused"), result :Int32);
}
