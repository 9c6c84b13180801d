@0xa1b2c3d4e5f60112;

struct Any {
  pointer @0 :AnyPointer;
  struct @1 :AnyStruct;
  list @2 :AnyList;
  capability @3 :Capability;
  lists @4 :List(AnyList);
  capabilities @5 :List(Capability);
}
interface Calls { call @0 (a :AnyPointer, b :AnyStruct, c :AnyList, d :Capability) -> (e :AnyPointer); }
