@0xd4e8f0a1b2c3d401;
# A shop: all that JSON-RPC makes something of.

using Ipc = import "/ipc.capnp";

enum Colour @0xd4e8f0a1b2c3d402 { plain @0; darkBlue @1; }

struct Item @0xd4e8f0a1b2c3d403 {
  # Something to buy.

  name @0 :Text;
  price @1 :UInt64 = 100;
  colour @2 :Colour;
  picture @3 :Data;
  pages @4 :List(Data);
  weight @5 :Float64;
  note @6 :Text $Ipc.nullable;
  size :union {
    none @7 :Void;
    number @8 :UInt16;
    words @9 :List(Text);
  }
  union {
    fresh @10 :Void;
    used @11 :Int8;
  }
  till @12 :Till;
}

struct Pair @0xd4e8f0a1b2c3d404 (First, Second) { first @0 :First; second @1 :Second; }

interface Named @0xd4e8f0a1b2c3d405 {
  getName @0 () -> (name :Text);
  # Says what it is called.
}

interface Till @0xd4e8f0a1b2c3d406 extends(Named) {
  # Counts money.

  add @0 (amount :Int64) -> (total :Int64);
  # Adds to the total, and says what it is now.

  destroy @1 ();
}

interface Shop @0xd4e8f0a1b2c3d407 {
  # Sells.

  open @0 (owner :Text, total :Int64 = 5) -> (till :Till);
  # Makes a till.

  find @1 (owner :Text) -> (till :Till $Ipc.nullable);
  # The till of an owner, if there is one.

  describe @2 (item :Item) -> (item :Item);
  # Returns what it was given.

  price @3 (item :Item, count :UInt32 = 2) -> (total :UInt64, cheap :Bool);
  # What so many of an item cost.

  sum @4 (tills :List(Till)) -> (total :Int64);
  # What is in all of them.

  swap @5 (pair :Pair(Text, Data)) -> (pair :Pair(Data, Text));
  # The other way round.

  fail @6 (kind :UInt16) -> ();
  # Fails in this way.

  wait @7 () -> ();
  # Waits until it is given up.

  any @8 (value :AnyPointer) -> (value :AnyPointer);
  # Has no JSON form.
}
