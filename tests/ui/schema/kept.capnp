@0x9b1d4c25d3a9c0eb;

struct Line @0xd0e1a2b3c4d5e603 {
  text @0 :Text;
  count @1 :UInt32;
}

interface Kept @0xd0e1a2b3c4d5e602 {
  echo @0 (text :Text) -> (result :Text);
  line @1 () -> (result :Line);
  last @2 () -> ();
}
