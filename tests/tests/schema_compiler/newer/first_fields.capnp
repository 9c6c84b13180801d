@0xa1b2c3d4e5f60202;

struct Name { text @0 :Text; more @1 :Int32; }
struct Number { number @0 :Int32 = 5; }
struct Choice { union { name @0 :Name; number @1 :Int32; } }
struct Grouped { group :group { first @0 :Text; second @1 :Int32; } other @2 :Int32; }

const name :Name = "only the first field";
const number :Number = 7;
const constant :Name = .text;
const text :Text = "text";
const names :List(Name) = ["one", (text = "two"), .name];
const grouped :Grouped = (group = "first");
struct Defaults { name @0 :Name = "default"; number @1 :Number = 9; list @2 :List(Number) = [1, 2]; }
annotation note(struct) :Name;
struct Noted $note("note") {}
