@0xcd2c6232cb484a28;
# Types that the interfaces of Bitcoin Core's multiprocess branch share.

using Cxx = import "/capnp/c++.capnp";
using Ipc = import "/ipc.capnp";
using Proxy = import "/mp/proxy.capnp";
$Cxx.namespace("ipc::capnp::messages");

struct BlockRef @0xb3be4b8949350369 {
  # A block of the chain, named by hash and height.

  hash @0 :Data;
  # The block hash: 32 bytes in internal byte order, which is the reverse of the order shown to
  # people.

  height @1 :Int32;
  # The distance from the genesis block, which has height 0.
}

struct Settings @0xf25872482c47d6d9 {
  # The settings of a process, by where they came from. Values are JSON texts.

  forcedSettings @0 :List(Pair(Text, Text)) $Proxy.name("forced_settings");
  # Settings that the program itself set, by name.

  commandLineOptions @1 :List(Pair(Text, List(Text))) $Proxy.name("command_line_options");
  # Options of the command line, each with its values.

  rwSettings @2 :List(Pair(Text, Text)) $Proxy.name("rw_settings");
  # Settings of the file that the node itself writes, by name.

  roConfig @3 :List(Pair(Text, List(Pair(Text, List(Text))))) $Proxy.name("ro_config");
  # Settings of the configuration file, by section and name, each with its values.
}

struct GlobalArgs @0xb574578dd61d491c $Proxy.count(0) {
  # The settings that one process hands to another that it starts. The receiver takes them over as
  # its own.

  settings @0 :Settings;
  # The settings.

  configPath @1 :Text;
  # The path of the configuration file.
}

struct BilingualStr @0x8ab5bd30b9c0e6b8 {
  # A message in English and in the user's language.

  original @0 :Text;
  # The message in English.

  translated @1 :Text;
  # The message in the user's language.
}

struct Result @0xe9ccda4c4ecfcc58(Value) {
  # A value, or an error that says why there is none.

  value @0 :Value;
  # The value. Means something only where `error` is null.

  error @1 :BilingualStr $Ipc.nullable;
  # Why there is no value. Null on success.
}

struct ResultVoid @0xc55a33a945f4410c(Value) {
  # Success, or an error.

  error @0 :BilingualStr $Ipc.nullable;
  # What went wrong. Null on success.
}

struct Pair @0x8ef2f6fc4199a71e(Key, Value) {
  # Two values of any pointer types, such as an entry of a map.

  key @0 :Key;
  # The first value.

  value @1 :Value;
  # The second value.
}

struct PairInt64 @0xb6061f707b66a314(Key) {
  # A value of any pointer type with a signed number.

  key @0 :Key;
  # The first value.

  value @1 :Int64;
  # The number.
}

struct PairUInt64 @0xa23cd3610997e98d(Key) {
  # A value of any pointer type with an unsigned number.

  key @0 :Key;
  # The first value.

  value @1 :UInt64;
  # The number.
}
