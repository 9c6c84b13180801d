#include "server.h"

#include <kj/async-io.h>
#include <unistd.h>

#include "partner.h"
#include "session.h"

namespace {

class Listener final : private kj::TaskSet::ErrorHandler {
 public:
  explicit Listener(kj::Own<kj::ConnectionReceiver> socket)
      : socket(kj::mv(socket)), tasks(*this) {
    tasks.add(acceptAll());
  }

 private:
  kj::Promise<void> acceptAll() {
    return socket->accept().then([this](kj::Own<kj::AsyncIoStream> stream) {
      auto leaving = kj::newPromiseAndFulfiller<void>();
      auto partner = kj::heap<PartnerServer>(
          keys, [leave = kj::mv(leaving.fulfiller)]() mutable { leave->fulfill(); });
      auto session = kj::heap<Session>(kj::mv(stream), capnp::rpc::twoparty::Side::SERVER,
                                       Partner::Client(kj::mv(partner)));
      auto ended = session->onDisconnect().exclusiveJoin(kj::mv(leaving.promise));
      tasks.add(ended.attach(kj::mv(session)).then([]() { report("disconnected", "client"); }));
      return acceptAll();
    });
  }

  void taskFailed(kj::Exception&& exception) override {
    report("failed", exception.getDescription());
  }

  Keys keys;
  kj::Own<kj::ConnectionReceiver> socket;
  kj::TaskSet tasks;
};

}  // namespace

void serve(kj::StringPtr path) {
  auto io = kj::setupAsyncIo();
  auto address =
      io.provider->getNetwork().parseAddress(kj::str("unix:", path)).wait(io.waitScope);
  Listener listener(address->listen());
  report("ready", path);
  auto input = io.lowLevelProvider->wrapInputFd(STDIN_FILENO);
  input->readAllBytes().wait(io.waitScope);
}
