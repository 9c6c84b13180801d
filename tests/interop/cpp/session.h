// One connection, from either side.
#pragma once

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

class Session {
 public:
  Session(kj::Own<kj::AsyncIoStream> stream, capnp::rpc::twoparty::Side side,
          capnp::Capability::Client offered)
      : stream(kj::mv(stream)),
        network(*this->stream, side),
        rpc(capnp::makeRpcServer(network, kj::mv(offered))) {}

  // The first object of the side that was connected to.
  capnp::Capability::Client bootstrap() {
    capnp::MallocMessageBuilder message(4);
    auto peer = message.initRoot<capnp::rpc::twoparty::VatId>();
    peer.setSide(capnp::rpc::twoparty::Side::SERVER);
    return rpc.bootstrap(peer);
  }

  kj::Promise<void> onDisconnect() { return network.onDisconnect(); }

 private:
  kj::Own<kj::AsyncIoStream> stream;
  capnp::TwoPartyVatNetwork network;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc;
};
