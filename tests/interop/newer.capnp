@0xb1d7e3a8a60c4c55;
# The Echo interface as a later version might have it: methods that no peer in this repository has.

interface NewerEcho @0xd36b89640dc94399 {
  unused0 @0 ();
  unused1 @1 ();
  later @2 () -> (result :Text);
}
