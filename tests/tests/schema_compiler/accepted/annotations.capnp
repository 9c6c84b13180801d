@0xa1b2c3d4e5f6010a;
$onFile("file");
$anywhere;

annotation onFile(file) :Text;
annotation anywhere @0xa1b2c3d4e5f6018a (*) :Void;
annotation number(struct, field, enum, enumerant, interface, method, param, group, union, const) :Int32;
annotation structured(struct, field) :Value $anywhere $describes("annotations");
annotation describes(annotation) :Text;
annotation listed(field) :List(Text);
annotation flagged(field) :Bool;
annotation generic(field) :Box(Text);

struct Value { a @0 :Int32; b @1 :Text; union { c @2 :Void; d @3 :Int32; } }
struct Box(T) { value @0 :T; }

struct Annotated @0xa1b2c3d4e5f6018b $number(1) $structured(a = 5, b = "b", d = 3) {
  a @0 :Int32 $number(2) $anywhere;
  b @1 :Int32 = 7 $structured(()) $listed(["x", "y"]);
  c :group $number(3) { d @2 :Bool $flagged(true); }
  e :union $number(4) { f @3 :Void; g @4 :Void $structured(.constant); }
  h @5 :Text $generic(value = "bound");
  const inner :Int32 = 5 $number(-6);
}

const constant :Value = (a = 1) $number(0x10) $anywhere;
enum Enum $number(7) { a @0 $number(8); }
interface Interface $number(9) {
  method @0 (a :Int32 = 1 $number(10), b :Text $anywhere) -> (c :Text $number(11)) $number(12);
  annotation inside(method) :Text;
  other @1 () $inside("scoped");
  third @2 () $Interface.inside("qualified") $anywhere(void);
}
