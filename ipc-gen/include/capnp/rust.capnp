# What schemas tell the generators of Rust code.
#
# Our own words for the file of the same name that comes with the crate `capnpc`; the ids and types
# are the same. `name` is heeded, the others are accepted and change nothing.

@0x83b3c14c3c8dd083;

annotation name @0xc2fe4c6d100166d0 (field, struct, enum, enumerant, union, group) :Text;
# What Rust calls it instead.

annotation parentModule @0xabee386cd1450364 (file) :Text;
# Where the code of a schema file is included.

annotation option @0xabfef22c4ee1964e (field) :Void;
# Whether null is told from a value.
