@0x8ef99297a43a5e34;
# Values as JSON, and annotations by which the official JSON codec names and shapes them. They have no
# effect on Rust.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("capnp::json");

struct Value @0xa3fa7845f919dd83 {
  union {
    null @0 :Void;
    boolean @1 :Bool;
    number @2 :Float64;
    string @3 :Text;
    array @4 :List(Value);
    object @5 :List(Field);
    call @6 :Call;
    raw @7 :Text;
  }
  struct Field @0xe31026e735d69ddf {
    name @0 :Text;
    value @1 :Value;
  }
  struct Call @0xa0d9f6eca1c93d48 {
    function @0 :Text;
    params @1 :List(Value);
  }
}

annotation name @0xfa5b1fd61c2e7c3d (enumerant, field, union, group, method) :Text;

annotation flatten @0x82d3e852af0336bf (field, union, group) :FlattenOptions;

struct FlattenOptions @0xc4df13257bc2ea61 {
  prefix @0 :Text = "";
}

annotation discriminator @0xcfa794e8d19a0162 (struct, union) :DiscriminatorOptions;

struct DiscriminatorOptions @0xc2f8c20c293e5319 {
  name @0 :Text;
  valueName @1 :Text;
}

annotation base64 @0xd7d879450a253e4b (field) :Void;

annotation hex @0xf061e22f0ae5c7b5 (field) :Void;

annotation notification @0xa0a054dea32fd98c (method) :Void;
