@0xa1b2c3d4e5f60109;

struct Defaults {
  aVoid @0 :Void = void;
  aBool @1 :Bool = true;
  anInt8 @2 :Int8 = -8;
  anInt16 @3 :Int16 = -16;
  anInt32 @4 :Int32 = -32;
  anInt64 @5 :Int64 = -64;
  aUint8 @6 :UInt8 = 8;
  aUint16 @7 :UInt16 = 16;
  aUint32 @8 :UInt32 = 32;
  aUint64 @9 :UInt64 = 64;
  aFloat32 @10 :Float32 = 1.5;
  aFloat64 @11 :Float64 = -12.75;
  aText @12 :Text = "text";
  aData @13 :Data = 0x"0102";
  aList @14 :List(Int16) = [1, 2];
  aStruct @15 :Defaults = (aBool = false, aText = "inner", aFloat32 = inf);
  anEnum @16 :Kind = second;
  emptyText @17 :Text = "";
  zero @18 :UInt32 = 0;
  structs @19 :List(Defaults) = [(anInt8 = 1), (anEnum = first), ()];
  lists @20 :List(List(Kind)) = [[first], [second, first]];
  any @21 :AnyPointer = .constant;
}
enum Kind { first @0; second @1; }
const constant :List(Text) = ["a"];

interface Params {
  method @0 (a :Int32 = 5, b :Text = "b", c :Text = null, d :List(Int8) = null, e :Defaults = null,
             f :Params = null, g :AnyPointer = null, h :Defaults = (zero = 1), i :Data = null)
         -> (j :Bool = true, k :Capability = null);
}
