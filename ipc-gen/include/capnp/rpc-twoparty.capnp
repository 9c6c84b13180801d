@0xa184c7885cdaf2a1;
# The RPC protocol between two parties over one connection: what is left open in `rpc.capnp`.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("capnp::rpc::twoparty");

enum Side @0x9fd69ebc87b9719c {
  server @0;
  client @1;
}

struct VatId @0xd20b909fee733a8e {
  side @0 :Side;
}

struct ProvisionId @0xb88d09a9c5f39817 {
  joinId @0 :UInt32;
}

struct RecipientId @0x89f389b6fd4082c1 {}

struct ThirdPartyCapId @0xb47f4979672cb59d {}

struct JoinKeyPart @0x95b29059097fca83 {
  joinId @0 :UInt32;
  partCount @1 :UInt16;
  partNum @2 :UInt16;
}

struct JoinResult @0x9d263a3630b7ebee {
  joinId @0 :UInt32;
  succeeded @1 :Bool;
  cap @2 :Capability;
}
