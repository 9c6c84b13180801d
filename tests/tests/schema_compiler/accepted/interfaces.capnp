@0xa1b2c3d4e5f6010b;

interface Empty {}
interface Base {
  a @0 ();
  b @1 (x :Int32) -> ();
  c @2 (x :Int32, y :Text) -> (z :Data);
  noResults @3 (x :Int32);
}
interface Derived extends(Base) { own @0 () -> (self :Derived); }
interface Diamond @0xa1b2c3d4e5f6018c extends(Base, Derived) {}
struct Request { a @0 :Int32; }
struct Response { b @0 :Text; }
interface Named {
  both @0 Request -> Response;
  onlyParams @1 Request;
  onlyResults @2 () -> Response;
  mixed @3 Request -> (c :Int32);
  nested @4 Inner -> .Named.Inner;
  struct Inner { d @0 :Named; }
}
interface Streaming {
  write @0 (bytes :Data) -> stream;
  empty @1 () -> stream;
  named @2 Request -> stream;
  done @3 ();
}
interface OutOfOrder { third @2 (); first @0 (); second @1 () -> (result :Text); }
interface Trailing { method @0 (a :Int32, b :Int32,) -> (c :Int32,); }
struct Holder { a @0 :Base; b @1 :List(Derived); c @2 :List(List(Base)); d @3 :Capability; }
