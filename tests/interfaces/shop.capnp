@0xcb5e02c51fbd0f7b;
# What traits with `#[ipc_interface]` are held against.

using Proxy = import "/mp/proxy.capnp";
using Ipc = import "/ipc.capnp";

enum Colour { red @0; darkGreen @1; }

struct Item {
  # Something to buy.

  name @0 :Text;
  price @1 :UInt64 = 5;
  colour @2 :Colour = darkGreen;
  digest @3 :Data;
  weight @4 :Float64;
  hasWeight @5 :Bool;
  parts @6 :List(Item);
  shop @7 :Shop;
}

interface Shop @0xa3b63f7feb19cc21 {
  # Sells items.

  construct @0 (threadMap :Proxy.ThreadMap) -> (threadMap :Proxy.ThreadMap);
  destroy @1 (context :Proxy.Context) -> ();
  buy @2 (context :Proxy.Context, name :Text, count :UInt32) -> (result :Item);
  # Buys so many of one thing.

  find @3 (id :Data, hasMost :Bool, most :UInt32) -> (result :List(Item));
  paint @4 (item :Item, colour :Colour) -> (result :Item, wasRed :Bool);
  basket @5 () -> (result :Basket);
  watch @6 (context :Proxy.Context, watcher :Watcher) -> ();
  maybe @7 (text :Text) -> (result :Text $Ipc.nullable);
  wait @8 (context :Proxy.Context) -> () $Ipc.cancelWith("stop");
  stop @9 () -> ();
  delay @10 (milliseconds :UInt64, ids :List(Data)) -> (result :UInt64);
  type @11 (self :Bool) -> ();
}

interface Basket extends (Named) {
  add @0 (item :Item) -> (count :UInt32);
}

interface Named {
  name @0 () -> (result :Text);
}

interface Watcher {
  call @0 (what :Text) -> (more :Bool);
}

interface Box(T) {
  open @0 () -> (content :T);
  swap @1 (content :T) -> (old :T);
}

interface Failing {
  risk @0 (code :Int32) -> (refused :Item $Proxy.exception("Refused"), reason :Text $Proxy.exception("std::exception"), result :Int32);
}
