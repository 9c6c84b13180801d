@0x9b1d4c25d3a9c0e9;

interface Clash {
  getTip @0 () -> ();
  getTIP @1 () -> ();
}
