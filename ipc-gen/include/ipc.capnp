@0xb3e72a790e8a0978;
# What a schema can say to `ipc-gen`. Annotations are not on the wire: peers that know nothing of them
# notice nothing.

annotation nullable @0xf8d2d2af873688be (field, param) :Void;
# Null is a value like others here: the Rust type is an `Option`. Elsewhere a null object or struct in
# results is an error, and reads as a struct of defaults in parameters and fields.

annotation cancelWith @0xcd71a58f7d3dc307 (method) :Text;
# The method of the same interface that ends a call of this one which nobody waits for any more, on
# peers that would go on with it. It takes nothing but a Context.

annotation type @0xc4e3ca07d1db0395 (field, param, struct, enum) :Text;
# The Rust type that stands for the value, or for all values of the struct or enum: `crate::BlockHash`;
# `Vec<crate::BlockHash>` for the elements of a list; or `::bitcoin::BlockHash with crate::convert::hash`,
# where a module of functions converts it. `Builder::type_override` of `ipc-gen` says more.
