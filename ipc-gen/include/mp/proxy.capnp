@0xcc316e3f71a040fb;
# What the interfaces of libmultiprocess share: the objects by which the two sides agree on the threads
# that run calls, and the annotations by which its C++ generator ties a schema to C++ classes.
#
# `ipc-runtime` provides Context, ThreadMap and Thread, so no Rust is generated from this file.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("mp");

annotation include @0xb899f3c154fdb458 (file) :Text;
# A header that the C++ proxy declarations need.

annotation includeTypes @0xbcec15648e8a0cf1 (file) :Text;
# A header with the C++ conversions for the types of the file.

annotation wrap @0xe6f46079b7b1405e (struct, interface) :Text;
# The C++ class that the declaration stands for.

annotation count @0xd02682b319f69b38 (struct, interface, param) :Int32;
# How many C++ arguments one parameter stands for. Zero: the runtime fills it, the caller never sees it.

annotation exception @0x996a183200992f88 (param) :Text;
# The result is not a value but a C++ exception of this type, thrown when it is set.

annotation name @0xb594888f63f4dbb9 (field, method) :Text;
# The name of the C++ member, where it differs from the one in the schema.

annotation skip @0x824c08b82695d8dd (field) :Void;
# The C++ class has no such member.

interface ThreadMap @0xee5e37179ad9dc9d $count(0) {
  # Makes threads in the process of its owner. Each side hands one to the other in `Init.construct`.

  makeThread @0 (name :Text) -> (result :Thread);
  # Starts a thread for calls to run on. The name shows up in logs.

  makePool @1 (count :UInt32) -> ();
  # Starts a pool of threads for calls that name no thread of their own.
}

interface Thread @0x81c1e2600d0b56c5 {
  # A thread that runs calls one at a time, in the order in which they arrive.

  getName @0 () -> (result :Text);
  # The name of the thread, as it appears in logs.
}

struct Context @0x9c44e6645d0b22c6 $count(0) {
  # Which threads serve a call: the first parameter of every method that may block or call back.

  thread @0 :Thread;
  # The callee's thread, on which the call runs.

  callbackThread @1 :Thread;
  # The caller's thread, on which calls back from the method run.
}
