@0xa1b2c3d4e5f60107;

enum Empty {}
enum One { only @0; }
enum Mixed @0xa1b2c3d4e5f60187 $note("enum") {
  third @2;
  first @0 $note("first") $flag;
  second @1;
}

struct Holder {
  enum Inner { a @0; b @1; c @2; }
  field @0 :Inner = b;
  other @1 :Mixed = third;
  list @2 :List(Mixed) = [first, second, third];
  empty @3 :Empty;
}

const value :Holder.Inner = c;
const number :UInt16 = .value;

annotation note(*) :Text;
annotation flag(enumerant) :Void;
