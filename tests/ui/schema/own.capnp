@0x9b1d4c25d3a9c0ea;

struct Thing {}

interface Own {
  give @0 (thing :Thing) -> ();
}
