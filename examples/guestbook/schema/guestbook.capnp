@0xced9b6973d6f6ad1;

using Ipc = import "/ipc.capnp";

enum Mood @0xd6a0a9b3c1f35e11 {
  # How a guest liked it.

  neutral @0;
  # Says nothing.

  happy @1;
  # Would come again.

  angry @2;
  # Wants the money back.
}

struct Entry @0xa1d0b9e6c2f44b27 {
  # What a guest has written.

  guest @0 :Text;
  # Who wrote it.

  mood @1 :Mood;
  # How they liked it.

  stars @2 :UInt8;
  # How many stars they give, if they want to say.
  hasStars @3 :Bool;

  text @4 :Text $Ipc.nullable;
  # A line of text, if they want to say more.
}

interface Guestbook @0xf3c5d0e8b2a91706 {
  # Takes entries, and shows them.

  sign @0 (entry :Entry) -> (result :UInt32);
  # Writes an entry, and returns how many there are now.

  read @1 (most :UInt32, hasMost :Bool) -> (result :List(Entry));
  # The newest entries first, and no more of them than asked for.

  follow @2 (reader :Reader) -> ();
  # Tells a reader of every entry from now on, until it does not want to hear more.
}

interface Reader @0xe8b1f7c5a3d92604 {
  # Hears of new entries.

  call @0 (entry :Entry) -> (result :Bool);
  # Says whether it wants to hear more.
}
