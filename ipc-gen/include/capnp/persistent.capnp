@0xb8630836983feed7;
# Objects that can be saved, and found again by what they were saved as.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("capnp");

interface Persistent @0xc8cb212fcd9f5691 (SturdyRef, Owner) {
  save @0 SaveParams -> SaveResults;
  struct SaveParams @0xf76fba59183073a5 {
    sealFor @0 :Owner;
  }
  struct SaveResults @0xb76848c18c40efbf {
    sturdyRef @0 :SturdyRef;
  }
}

annotation persistent @0xf622595091cafb67 (field, interface) :Void;
