@0xa1b2c3d4e5f60111;

struct Text2 { text @0 :Text; }
struct Shadow {
  struct Data { inner @0 :Int32; }
  own @0 :Data;
  using Text = .Text2;
  text @1 :Text;
  struct Inner { data @0 :Data; shadow @1 :Shadow.Data; outer @2 : .Shadow.Inner; }
}
struct Keywords {
  struct @0 :Int32;
  union @1 :Int32;
  group @2 :Int32;
  enum @3 :Int32;
  using @4 :Int32;
  import @5 :Text;
  void @6 :Bool;
  true @7 :Bool;
  interface :group { const @8 :Int32; annotation @9 :Int32; }
  embed :union { stream @10 :Void; extends @11 :Void; }
}
interface Methods { struct @0 (union :Int32) -> (group :Text); stream @1 () -> stream; null @2 (null :Text = null); }
enum Literals { true @0; false @1; void @2; inf @3; nan @4; null @5; }
struct UsesLiterals { a @0 :Literals = true; b @1 :Literals = nan; c @2 :List(Literals) = [void, inf]; }
using Text = Text;
using Alias = Shadow.Inner;
using Chained = Alias;
using .Shadow.Data;
struct UsesAliases { a @0 :Chained; b @1 :Data; c @2 :Text; d @3 :List(Chained); e @4 :Alias; }
struct Ids @0xa1b2c3d4e5f60191 { struct Nested {} enum Enum {} interface Interface { struct InIt {} } const constant :Void = void; }
