@0xa1b2c3d4e5f60106;

struct Unnamed {
  before @0 :UInt16;
  union {
    a @1 :UInt32;
    b @2 :Text;
    c @3 :Void;
  }
  after @4 :UInt64;
}

struct Named {
  one :union {
    a @0 :UInt8;
    b @1 :UInt64;
  }
  two :union {
    c @2 :Text;
    d @3 :Bool;
    e @4 :List(UInt8);
  }
}

struct Groups {
  union {
    square :group { width @0 :UInt16; height @1 :UInt16; name @2 :Text; }
    circle :group { radius @3 :UInt64; filled @4 :Bool; label @5 :Text; more @6 :Data; }
    nothing @7 :Void;
  }
  rest :group { x @8 :Int8; y @9 :Int8; }
}

struct Nested {
  outer :union {
    a @0 :UInt32;
    inner :union {
      b @1 :UInt16;
      c @2 :Text;
    }
    group :group {
      d @3 :UInt8;
      union {
        e @4 :UInt8;
        f @5 :UInt64;
      }
    }
  }
  late @6 :Bool;
}

struct Numbered {
  # As in schemas from before 0.3.
  old @0 :UInt32;
  choice @1! :union {
    a @2 :UInt8;
    b @3 :UInt16;
  }
  after @4 :UInt64;
}

struct Retroactive {
  choice @1! :union {
    old @0 :UInt32;
    new @2 :UInt16;
  }
}

struct Extended {
  union {
    a @0 :UInt8;
    b :group { c @1 :UInt8; d @4 :UInt16; }
    e @2 :UInt32;
    f :group { g @3 :Bool; h @5 :Bool; i @6 :UInt64; }
  }
  j @7 :UInt8;
}
