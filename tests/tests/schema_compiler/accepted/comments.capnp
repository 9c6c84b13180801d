# Before everything.
@0xa1b2c3d4e5f60102;
# The file's own.
# In two lines.

# Nobody's.

struct OnSameLine { # Right after the brace.
  a @0 :Int32; # After the field.
  b @1 :Int32;
  # Below the field.
  # Two lines.

  # Nobody's.
  c @2 :Int32;

  d @3 :Int32;
  #Without a space.
  #
  #   Indented.
}

struct AfterTheBlock {
  a @0 :Int32;
}
# Late, but there.

struct Both {
  # Early wins.
  a @0 :Int32;
}
# Late loses.

struct None {}

enum Enum {
  # Of the enum.
  one @0; # Of one.
  two @1;
  # Of two.
}

interface Interface {
  # Of the interface.
  first @0 (a :Int32 # in the middle
    , b :Text) -> (); # Of first.
  second @1 ();
  # Of second.
}

struct Groups {
  union { # Nobody hears this.
    one :group { # Of the group.
      a @0 :Int32; # Of a.
    }
    two @1 :Text; # Of two.
  }
  # Nor this.
  named :union {
    # Of the union.
    three @2 :Text;
    four @3 :Text;
  }
}

const last :Int32 = 1; # The end
