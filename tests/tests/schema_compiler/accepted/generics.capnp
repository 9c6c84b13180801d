@0xa1b2c3d4e5f6010c;

struct Box(T) { value @0 :T; }
struct Pair(A, B) {
  first @0 :A;
  second @1 :B;
  swapped @2 :Pair(B, A);
  struct Inner { x @0 :A; outer @1 :Pair(A, B); }
  inner @3 :Inner;
  struct Deeper(C) { y @0 :C; z @1 :B; }
  deeper @4 :Deeper(Text);
  union { u @5 :Box(A); v @6 :Box(Box(B)); }
  group :group { w @7 :A; }
}
struct Many(A, B, C) { list @0 :List(C); }

struct Uses {
  unbound @0 :Box;
  text @1 :Box(Text);
  list @2 :Box(List(Int32));
  nested @3 :Box(Box(Data));
  pair @4 :Pair(Text, Uses);
  inner @5 :Pair(Text, Data).Inner;
  deeper @6 :Pair(Text, Data).Deeper(List(Text));
  half @7 :Pair(Text, Data).Deeper;
  innerUnbound @8 :Pair.Inner;
  interface @9 :Box(Factory(Text));
  any @10 :Box(AnyPointer);
  lists @11 :List(Box(Text));
}

interface Factory(T) {
  make @0 () -> (value :T);
  struct Options { hint @0 :T; }
  configure @1 Options -> ();
  named @2 Box(T) -> Box(Box(T));
  convert @3 [U] (value :T, target :Box(U)) -> (result :U);
  both @4 [U, V] (u :U, v :V, pair :Pair(U, V)) -> (box :Box(Pair(V, T)));
  whole @5 [U] Box(U) -> Pair(U, T);
}
interface Derived extends(Factory(Text)) {}
interface Chained(X) extends(Factory(X), Factory(Box(X))) { own @0 () -> (x :X); }

using TextBox = Box(Text);
using BoxOf = Box;
using PairInner = Pair(Text, Data).Inner;
struct Aliases {
  a @0 :TextBox;
  b @1 :BoxOf(Data);
  c @2 :PairInner;
  d @3 :BoxOf;
}
struct Scoped(T) {
  using Own = Box(T);
  using Self = Scoped(T);
  using Plain = Request;
  a @0 :Own;
  b @1 :Self;
  c @2 :Plain;
  d @3 :T;
  struct Inside { e @0 :Own; f @1 :Plain; g @2 :Scoped(Text).Own; h @3 :Scoped(Text).Plain; }
}
struct Request {}
struct Outside { a @0 :Scoped(Data).Own; b @1 :Scoped(Data).Plain; c @2 :Scoped.Own; }

const boxed :Box(Text) = (value = "in a box");
const boxedBox :Box(Box(Text)) = (value = .boxed);
const pair :Pair(Text, Data) = (first = "a", second = 0x"00", group = (w = "w"), u = (value = "u"));
struct Defaults { box @0 :Box(Text) = (value = "default"); again @1 :Box(Text) = .boxed; }
