@0xa1b2c3d4e5f60108;

struct Point {
  const origin :Point = (x = 0, y = 0);
  x @0 :Int32 = 5;
  y @1 :Int32;
  name @2 :Text = "unnamed";
  more @3 :List(Point);
}

const here :Point = (x = 1, y = -1, name = "here");
const there :Point = (more = [(x = 2), .here, (name = .name), Point.origin]);
const name :Text = "shared";
const copied :Text = .name;
const list :List(Int32) = [1, 2, -3, .limit];
const limit :Int32 = 100;
const lists :List(List(Text)) = [["a", "b"], [], [.name]];
const points :List(Point) = [.here, ()];
const bools :List(Bool) = [true, false, true, true, false, false, true, false, true];
const voids :List(Void) = [void, void];
const floats :List(Float32) = [1, 2.5, -inf, nan, .whole];
const whole :UInt8 = 7;
const datas :List(Data) = [0x"01", "two", ""];
const shorts :List(UInt16) = [1, 2, 3, 4, 5];
const longs :List(UInt64) = [0xffffffffffffffff];
const bytes :List(Int8) = [-1, 2];
const none :List(Text) = [];
const emptyStruct :Point = ();
const any :AnyPointer = .here;
const anyList :AnyPointer = .list;
const anyStruct :AnyStruct = .there;
const onlyList :AnyList = .points;

struct Choice {
  union {
    a @0 :Int32;
    b @1 :Text;
    group :group { c @2 :UInt8 = 3; d @3 :Point; }
    inner :union { e @4 :UInt16; f @5 :Bool; }
  }
  g @6 :UInt64 = 0xffff;
}
const chosen :Choice = (b = "text", g = 1);
const grouped :Choice = (group = (c = 4, d = .here));
const unionized :Choice = (inner = (f = true));
const twice :Choice = (a = 5, inner = (e = 1));
const again :Choice = (a = 0x7fffffff, group = ());
const choices :List(Choice) = [(a = 1), (b = "x"), (group = (d = ())), ()];

struct Recursive {
  self @0 :Recursive = (number = 1, self = (number = 2));
  number @1 :UInt32;
  list @2 :List(Recursive) = [(number = 3), (list = [(), ()])];
}
const recursive :Recursive = (self = (number = 9), list = [.other]);
const other :Recursive = (self = (self = (self = ())));
