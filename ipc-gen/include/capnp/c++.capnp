@0xbdf87d7bb8304e81;
# The annotations that Cap'n Proto's own C++ generator reads. Schemas shared with C++ programs carry
# them; they have no effect on Rust.

$namespace("capnp::annotations");

annotation namespace @0xb9c6f99ebf805f2c (file) :Text;
# The C++ namespace of everything that the file declares.

annotation name @0xf264a779fef191ce (field, enumerant, struct, enum, interface, method, param, group, union) :Text;
# The name in C++, where it differs from the one in the schema.

annotation allowCancellation @0xac7096ff8cfc9dce (interface, method, file) :Void;
# The C++ server may stop the method when the caller no longer wants its answer.
