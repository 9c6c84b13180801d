@0xa1b2c3d4e5f60110;

const asText :Text = embed "embedded.txt";
const asData :Data = embed "embedded.txt";
const absolute :Data = embed "/embedded.txt";
struct Inside { text @0 :Text = embed "embedded.txt"; }
const message :Message = embed "message.bin";
struct Message { number @0 :UInt64; text @1 :Text; older @2 :UInt64; }
const around :List(Message) = [embed "message.bin", (number = 5)];
const newer :Message = embed "newer.bin";
const newerList :List(Message) = [embed "newer.bin", .newer, .message];
struct Field { message @0 :Message = embed "newer.bin"; inner @1 :Holder = (message = embed "message.bin"); }
struct Holder { message @0 :Message; }
