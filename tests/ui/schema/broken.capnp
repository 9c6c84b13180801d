@0x9b1d4c25d3a9c0e8;

interface Broken {
  call @0 (text :Txet) -> ();
}
