@0x9b1d4c25d3a9c0ea;

struct Thing {}

struct Other {}

interface Own {
  give @0 (thing :Thing) -> ();
  take @1 (other :Own) -> ();
}
