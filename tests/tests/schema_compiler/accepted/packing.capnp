@0xa1b2c3d4e5f60105;

struct Holes {
  a @0 :Bool;
  b @1 :UInt64;
  c @2 :UInt8;
  d @3 :UInt16;
  e @4 :UInt32;
  f @5 :Bool;
  g @6 :UInt8;
  h @7 :Text;
  i @8 :Void;
  j @9 :UInt16;
  k @10 :Float32;
  l @11 :Data;
  m @12 :UInt64;
  n @13 :Bool;
}

struct OutOfOrder {
  last @3 :UInt8;
  second @1 :UInt16;
  first @0 :UInt32;
  third @2 :Bool;
}

struct OnlyPointers { a @0 :Text; b @1 :List(Text); c @2 :AnyPointer; d @3 :Capability; }

struct OnlyVoid { a @0 :Void; b @1 :Void; }

struct Bits {
  a @0 :Bool; b @1 :Bool; c @2 :Bool; d @3 :Bool; e @4 :Bool; f @5 :Bool; g @6 :Bool; h @7 :Bool;
  i @8 :Bool; j @9 :UInt8; k @10 :Bool;
}
