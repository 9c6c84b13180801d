// The objects of partner.capnp: what a server offers, and what a client passes to one.
#pragma once

#include <capnp/capability.h>
#include <kj/function.h>
#include <kj/vector.h>

#include "keys.h"
#include "mp/proxy.capnp.h"
#include "partner.capnp.h"

// Prints a line about something that the other side cannot see in an answer.
void report(kj::StringPtr event, kj::StringPtr detail);

class CounterServer final : public Counter::Server {
 public:
  explicit CounterServer(uint64_t start) : total(start) {}
  ~CounterServer() noexcept { report("dropped", "counter"); }

  kj::ArrayPtr<const uint32_t> amounts() const { return received; }

 protected:
  kj::Promise<void> add(AddContext context) override;
  kj::Promise<void> wrap(WrapContext context) override;
  kj::Promise<void> added(AddedContext context) override;

 private:
  uint64_t total;
  kj::Vector<uint32_t> received;
};

class ThreadServer final : public mp::Thread::Server {
 public:
  explicit ThreadServer(kj::StringPtr name) : name(kj::str(name)) {}

  const kj::String name;

 protected:
  kj::Promise<void> getName(GetNameContext context) override;
};

using Threads = capnp::CapabilityServerSet<mp::Thread>;

class ThreadMapServer final : public mp::ThreadMap::Server {
 public:
  explicit ThreadMapServer(Threads& threads) : threads(threads) {}

 protected:
  kj::Promise<void> makeThread(MakeThreadContext context) override;

 private:
  Threads& threads;
};

class PartnerServer final : public Partner::Server {
 public:
  PartnerServer(Keys& keys, kj::Function<void()> leaving) : keys(keys), leaving(kj::mv(leaving)) {}

 protected:
  kj::Promise<void> construct(ConstructContext context) override;
  kj::Promise<void> values(ValuesContext context) override;
  kj::Promise<void> blob(BlobContext context) override;
  kj::Promise<void> fail(FailContext context) override;
  kj::Promise<void> counter(CounterContext context) override;
  kj::Promise<void> later(LaterContext context) override;
  kj::Promise<void> promise(PromiseContext context) override;
  kj::Promise<void> settle(SettleContext context) override;
  kj::Promise<void> reject(RejectContext context) override;
  kj::Promise<void> addTo(AddToContext context) override;
  kj::Promise<void> forward(ForwardContext context) override;
  kj::Promise<void> wait(WaitContext context) override;
  kj::Promise<void> sink(SinkContext context) override;
  kj::Promise<void> onThread(OnThreadContext context) override;
  kj::Promise<void> leave(LeaveContext context) override;

 private:
  Keys& keys;
  Threads threads;
  kj::Function<void()> leaving;
};
