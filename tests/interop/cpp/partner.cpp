#include "partner.h"

#include <kj/debug.h>

#include <cstdio>

void report(kj::StringPtr event, kj::StringPtr detail) {
  std::printf("%s %s\n", event.cStr(), detail.cStr());
  std::fflush(stdout);
}

kj::Promise<void> CounterServer::add(AddContext context) {
  auto amount = context.getParams().getAmount();
  received.add(amount);
  total += amount;
  context.getResults().setResult(total);
  return kj::READY_NOW;
}

kj::Promise<void> CounterServer::wrap(WrapContext context) {
  auto wrapper = context.getResults().initResult();
  wrapper.setLabel("outer");
  auto inner = wrapper.initInner();
  inner.setLabel("inner");
  inner.setCounter(thisCap());
  return kj::READY_NOW;
}

kj::Promise<void> CounterServer::added(AddedContext context) {
  context.getResults().setResult(received.asPtr());
  return kj::READY_NOW;
}

kj::Promise<void> ThreadServer::getName(GetNameContext context) {
  context.getResults().setResult(name);
  return kj::READY_NOW;
}

kj::Promise<void> ThreadMapServer::makeThread(MakeThreadContext context) {
  auto thread = kj::heap<ThreadServer>(context.getParams().getName());
  context.getResults().setResult(threads.add(kj::mv(thread)));
  return kj::READY_NOW;
}

namespace {

kj::Exception::Type typeOf(Kind kind) {
  switch (kind) {
    case Kind::OVERLOADED:
      return kj::Exception::Type::OVERLOADED;
    case Kind::DISCONNECTED:
      return kj::Exception::Type::DISCONNECTED;
    case Kind::UNIMPLEMENTED:
      return kj::Exception::Type::UNIMPLEMENTED;
    default:
      return kj::Exception::Type::FAILED;
  }
}

kj::Exception exception(kj::Exception::Type type, kj::StringPtr reason) {
  return kj::Exception(type, __FILE__, __LINE__, kj::str(reason));
}

class SinkServer final : public Sink::Server {
 public:
  explicit SinkServer(kj::Promise<void> open) : open(open.fork()) {}

 protected:
  kj::Promise<void> push(PushContext context) override {
    return open.addBranch().then([this, context]() mutable {
      auto part = context.getParams().getBytes();
      KJ_REQUIRE(part.size() > 0, "an empty part");
      ++parts;
      bytes += part.size();
    });
  }

  kj::Promise<void> end(EndContext context) override {
    context.getResults().setParts(parts);
    context.getResults().setBytes(bytes);
    return kj::READY_NOW;
  }

 private:
  kj::ForkedPromise<void> open;
  uint32_t parts = 0;
  uint64_t bytes = 0;
};

}  // namespace

kj::Promise<void> PartnerServer::construct(ConstructContext context) {
  context.getResults().setThreadMap(kj::heap<ThreadMapServer>(threads));
  return kj::READY_NOW;
}

kj::Promise<void> PartnerServer::values(ValuesContext context) {
  auto params = context.getParams();
  auto results = context.getResults();
  results.setEverything(params.getEverything());
  results.setLists(params.getLists());
  results.setNumbers(params.getNumbers());
  results.getAny().set(params.getAny());
  return kj::READY_NOW;
}

kj::Promise<void> PartnerServer::blob(BlobContext context) {
  context.getResults().setResult(context.getParams().getBytes());
  return kj::READY_NOW;
}

kj::Promise<void> PartnerServer::fail(FailContext context) {
  auto params = context.getParams();
  return exception(typeOf(params.getKind()), params.getReason());
}

kj::Promise<void> PartnerServer::counter(CounterContext context) {
  context.getResults().setResult(kj::heap<CounterServer>(context.getParams().getStart()));
  return kj::READY_NOW;
}

kj::Promise<void> PartnerServer::later(LaterContext context) {
  context.allowCancellation();
  return keys.get(context.getParams().getKey()).then([context](Counter::Client counter) mutable {
    context.getResults().setResult(kj::mv(counter));
  });
}

kj::Promise<void> PartnerServer::promise(PromiseContext context) {
  context.getResults().setResult(keys.get(context.getParams().getKey()));
  return kj::READY_NOW;
}

kj::Promise<void> PartnerServer::settle(SettleContext context) {
  auto params = context.getParams();
  keys.settle(params.getKey(), params.getCounter());
  return kj::READY_NOW;
}

kj::Promise<void> PartnerServer::reject(RejectContext context) {
  auto params = context.getParams();
  keys.reject(params.getKey(), exception(kj::Exception::Type::FAILED, params.getReason()));
  return kj::READY_NOW;
}

kj::Promise<void> PartnerServer::addTo(AddToContext context) {
  auto params = context.getParams();
  auto counter = params.getCounter();
  kj::Vector<kj::Promise<uint64_t>> totals;
  for (uint32_t i = 0; i < params.getTimes(); ++i) {
    auto request = counter.addRequest();
    request.setAmount(params.getAmount());
    totals.add(request.send().then([](auto&& answer) { return answer.getResult(); }));
  }
  return kj::joinPromises(totals.releaseAsArray())
      .then([context](kj::Array<uint64_t> totals) mutable {
        KJ_REQUIRE(totals.size() > 0, "nothing to add");
        context.getResults().setResult(totals.back());
      });
}

kj::Promise<void> PartnerServer::forward(ForwardContext context) {
  auto params = context.getParams();
  auto request = params.getCounter().addRequest();
  request.setAmount(params.getAmount());
  return context.tailCall(kj::mv(request));
}

kj::Promise<void> PartnerServer::wait(WaitContext context) {
  context.allowCancellation();
  auto key = kj::str(context.getParams().getKey());
  report("waiting", key);
  auto cancelled = kj::defer([key = kj::mv(key)]() { report("cancelled", key); });
  return kj::Promise<void>(kj::NEVER_DONE).attach(kj::mv(cancelled));
}

kj::Promise<void> PartnerServer::sink(SinkContext context) {
  auto key = context.getParams().getKey();
  kj::Promise<void> open = kj::READY_NOW;
  if (key.size() > 0) open = keys.get(key).ignoreResult();
  context.getResults().setResult(kj::heap<SinkServer>(kj::mv(open)));
  return kj::READY_NOW;
}

kj::Promise<void> PartnerServer::onThread(OnThreadContext context) {
  auto params = context.getParams();
  KJ_REQUIRE(params.getContext().hasThread(), "no thread specified");
  auto thread = params.getContext().getThread();
  return threads.getLocalServer(thread).then(
      [context](kj::Maybe<mp::Thread::Server&> found) mutable {
        auto& thread = KJ_REQUIRE_NONNULL(found, "invalid thread handle");
        auto text = context.getParams().getText();
        context.getResults().setResult(
            kj::str(text, " on ", kj::downcast<ThreadServer>(thread).name));
      });
}

kj::Promise<void> PartnerServer::leave(LeaveContext) {
  leaving();
  return kj::NEVER_DONE;
}
