#include "cases.h"

#include <kj/async-io.h>
#include <kj/debug.h>

#include <cstdio>
#include <string>

#include "partner.h"
#include "session.h"

namespace {

constexpr auto DEADLINE = 60 * kj::SECONDS;

kj::Own<kj::AsyncIoStream> open(kj::AsyncIoContext& io, kj::StringPtr path) {
  auto& network = io.provider->getNetwork();
  auto address = network.parseAddress(kj::str("unix:", path)).wait(io.waitScope);
  return address->connect().wait(io.waitScope);
}

// A connection of one case.
struct Client {
  explicit Client(kj::StringPtr path)
      : io(kj::setupAsyncIo()),
        session(open(io, path), capnp::rpc::twoparty::Side::CLIENT, nullptr),
        partner(session.bootstrap().castAs<Partner>()) {}

  template <typename T>
  T wait(kj::Promise<T> promise) {
    auto& timer = io.provider->getTimer();
    return timer.timeoutAfter(DEADLINE, kj::mv(promise)).wait(io.waitScope);
  }

  // What a promise fails with.
  kj::Exception failure(kj::Promise<void> promise) {
    kj::Maybe<kj::Exception> failure;
    wait(promise.then(
        []() {}, [&failure](kj::Exception&& exception) { failure = kj::mv(exception); }));
    return kj::mv(KJ_REQUIRE_NONNULL(failure, "it should have failed"));
  }

  kj::Exception failure(kj::Promise<uint64_t> promise) { return failure(promise.ignoreResult()); }

  Counter::Client counter(uint64_t start) {
    auto request = partner.counterRequest();
    request.setStart(start);
    return request.send().getResult();
  }

  capnp::RemotePromise<Partner::LaterResults> later(kj::StringPtr key) {
    auto request = partner.laterRequest();
    request.setKey(key);
    return request.send();
  }

  kj::Promise<void> settle(kj::StringPtr key, Counter::Client counter) {
    auto request = partner.settleRequest();
    request.setKey(key);
    request.setCounter(kj::mv(counter));
    return request.send().ignoreResult();
  }

  kj::Promise<uint64_t> addTo(Counter::Client counter, uint32_t amount, uint32_t times) {
    auto request = partner.addToRequest();
    request.setCounter(kj::mv(counter));
    request.setAmount(amount);
    request.setTimes(times);
    return request.send().then([](auto&& answer) { return answer.getResult(); });
  }

  kj::AsyncIoContext io;
  Session session;
  Partner::Client partner;
};

kj::Promise<uint64_t> add(Counter::Client& counter, uint32_t amount) {
  auto request = counter.addRequest();
  request.setAmount(amount);
  return request.send().then([](auto&& answer) { return answer.getResult(); });
}

// Calls with these amounts, all at once.
kj::Promise<void> addAll(Counter::Client& counter, uint32_t first, uint32_t last) {
  kj::Vector<kj::Promise<void>> calls;
  for (auto amount = first; amount <= last; ++amount) {
    calls.add(add(counter, amount).ignoreResult());
  }
  return kj::joinPromises(calls.releaseAsArray());
}

template <typename List>
void requireCounted(List&& amounts, uint32_t last) {
  KJ_REQUIRE(amounts.size() == last, amounts.size());
  for (uint32_t i = 0; i < last; ++i) KJ_REQUIRE(amounts[i] == i + 1, i, amounts[i]);
}

void requireType(const kj::Exception& exception, kj::Exception::Type type) {
  KJ_REQUIRE(exception.getType() == type, exception.getDescription());
}

void requireText(const kj::Exception& exception, kj::StringPtr text) {
  auto description = exception.getDescription();
  KJ_REQUIRE(std::string(description.cStr()).find(text.cStr()) != std::string::npos, description);
}

void values(Client& client) {
  auto request = client.partner.valuesRequest();
  auto everything = request.initEverything();
  everything.setText("naïve 🦀");
  everything.setData(kj::arr<kj::byte>(0, 255, 7));
  everything.setNumbers({-1, 0, 1, 2147483647});
  everything.setTexts({"", "x"});
  everything.setBytes({9});
  everything.initPoint().setY(-1);
  auto points = everything.initPoints(3);
  points[1].setX(-5);
  everything.setLevels({Level::LOW, Level::HIGH, Level::LOW});
  auto matrix = everything.initMatrix(2);
  matrix.set(0, {1.5f, -2.5f});
  everything.initChoice().setText("chosen");
  everything.getInner().setText("grouped");
  everything.setMaybe("there");
  everything.setHasMaybe(true);
  everything.setPlain("plain");
  everything.initEmpty(0);
  auto numbers = request.initNumbers();
  numbers.setFlag(false);
  numbers.setInt8(-128);
  numbers.setInt16(32767);
  numbers.setInt32(-2147483647 - 1);
  numbers.setInt64(-9223372036854775807 - 1);
  numbers.setUInt8(255);
  numbers.setUInt16(65535);
  numbers.setUInt32(4294967295u);
  numbers.setUInt64(18446744073709551615u);
  numbers.setFloat32(-1.5f);
  numbers.setFloat64(1e300);
  numbers.setKind(Kind::DISCONNECTED);
  auto lists = request.initLists();
  lists.setBytes({1, 2, 3});
  lists.initBlobs(2).set(1, {4});
  lists.setColors({Color::GREEN, Color::RED});
  lists.initVoids(3);
  lists.initPalettes(2).set(1, {Color::GREEN});
  lists.setWords({0, 65535});
  lists.setHasNothing(true);
  auto items = lists.initStructs(2).init(1, 2);
  items[0].setNumber(7);
  items[0].setText("first");
  items[1].setText("item");
  request.getAny().setAs<Counter>(kj::heap<CounterServer>(40));
  auto texts = kj::tuple(kj::str(request.getEverything()), kj::str(request.getNumbers()),
                         kj::str(request.getLists()));

  auto sent = request.send();
  auto answer = client.wait(kj::Promise<capnp::Response<Partner::ValuesResults>>(kj::mv(sent)));
  KJ_REQUIRE(kj::str(answer.getEverything()) == kj::get<0>(texts), answer.getEverything());
  KJ_REQUIRE(kj::str(answer.getNumbers()) == kj::get<1>(texts), answer.getNumbers());
  KJ_REQUIRE(kj::str(answer.getLists()) == kj::get<2>(texts), answer.getLists());
  auto counter = answer.getAny().getAs<Counter>();
  KJ_REQUIRE(client.wait(add(counter, 2)) == 42);
}

void blobs(Client& client) {
  for (size_t size : {size_t(0), size_t(1), size_t(1) << 20, size_t(20) << 20}) {
    auto request = client.partner.blobRequest();
    auto bytes = request.initBytes(size);
    for (size_t i = 0; i < size; ++i) bytes[i] = i * 7 + (i >> 12);
    auto expected = kj::heapArray<kj::byte>(bytes.asReader());
    client.wait(request.send().then([&expected](auto&& answer) {
      KJ_REQUIRE(answer.getResult() == expected, "other bytes came back", expected.size());
    }));
  }
}

void exceptions(Client& client) {
  using Type = kj::Exception::Type;
  auto fail = [&](Kind kind, Type type) {
    auto request = client.partner.failRequest();
    request.setKind(kind);
    request.setReason("as you asked");
    auto exception = client.failure(request.send().ignoreResult());
    requireType(exception, type);
    requireText(exception, "as you asked");
  };
  fail(Kind::FAILED, Type::FAILED);
  fail(Kind::OVERLOADED, Type::OVERLOADED);
  fail(Kind::UNIMPLEMENTED, Type::UNIMPLEMENTED);
  auto wrong = client.partner.castAs<Counter>();
  requireType(client.failure(add(wrong, 1)), Type::UNIMPLEMENTED);
  auto inner = client.counter(0).wrapRequest().send().getResult().getInner().getInner();
  auto null = inner.getCounter();
  requireType(client.failure(add(null, 1)), Type::FAILED);
}

// The server has lost something, but not the connection to us: we must not think so.
void losses(Client& client) {
  auto request = client.partner.failRequest();
  request.setKind(Kind::DISCONNECTED);
  request.setReason("lost");
  requireType(client.failure(request.send().ignoreResult()), kj::Exception::Type::FAILED);
}

void pipelines(Client& client) {
  auto counter = client.counter(5);
  for (int depth = 0; depth < 50; ++depth) {
    counter = counter.wrapRequest().send().getResult().getInner().getCounter();
  }
  KJ_REQUIRE(client.wait(add(counter, 2)) == 7);
}

void pipelinesOnUnanswered(Client& client) {
  auto counter = client.later("later").getResult();
  auto adds = addAll(counter, 1, 50);
  client.wait(client.settle("later", client.counter(0)));
  client.wait(kj::mv(adds));
  client.wait(counter.addedRequest().send().then(
      [](auto&& answer) { requireCounted(answer.getResult(), 50); }));
}

void finishesWhatOthersWaitFor(Client& client) {
  kj::Maybe<kj::Promise<uint64_t>> total;
  {
    auto question = client.later("finished");
    auto counter = question.getResult();
    total = add(counter, 3);
  }
  client.wait(client.settle("finished", client.counter(1)));
  KJ_IF_MAYBE(promise, total) { KJ_REQUIRE(client.wait(kj::mv(*promise)) == 4); }
}

void embargoes(Client& client) {
  auto own = kj::heap<CounterServer>(0);
  auto& server = *own;
  auto counter = client.later("embargo").getResult();
  auto before = addAll(counter, 1, 50);
  auto settled = client.settle("embargo", kj::mv(own));
  client.wait(counter.whenResolved());
  auto after = addAll(counter, 51, 100);
  client.wait(kj::mv(before));
  client.wait(kj::mv(after));
  client.wait(kj::mv(settled));
  requireCounted(server.amounts(), 100);
}

void callbacks(Client& client) {
  Counter::Client own = kj::heap<CounterServer>(100);
  KJ_REQUIRE(client.wait(client.addTo(own, 2, 10)) == 120);
  KJ_REQUIRE(client.wait(client.addTo(own, 1, 1)) == 121);
}

// The server calls a promise of ours, which then turns out to be an object of ours.
void promisesOfOurs(Client& client) {
  auto pair = kj::newPromiseAndFulfiller<Counter::Client>();
  auto total = client.addTo(kj::mv(pair.promise), 1, 50);
  client.counter(0).whenResolved().wait(client.io.waitScope);
  pair.fulfiller->fulfill(kj::heap<CounterServer>(7));
  KJ_REQUIRE(client.wait(kj::mv(total)) == 57);
}

// The server calls a promise of ours, which then turns out to be an object of the server.
void promisesOfTheirs(Client& client) {
  auto pair = kj::newPromiseAndFulfiller<Counter::Client>();
  Counter::Client promise = kj::mv(pair.promise);
  auto first = client.addTo(promise, 1, 50);
  auto theirs = client.counter(0);
  client.wait(theirs.whenResolved());
  pair.fulfiller->fulfill(kj::cp(theirs));
  auto second = client.addTo(promise, 1, 50);
  client.wait(kj::mv(first));
  client.wait(kj::mv(second));
  KJ_REQUIRE(client.wait(add(theirs, 0)) == 100);
}

void promisesThatFail(Client& client) {
  auto pair = kj::newPromiseAndFulfiller<Counter::Client>();
  auto total = client.addTo(kj::mv(pair.promise), 1, 3);
  client.counter(0).whenResolved().wait(client.io.waitScope);
  pair.fulfiller->reject(KJ_EXCEPTION(FAILED, "no counter today"));
  requireText(client.failure(kj::mv(total)), "no counter today");
}

void comesHome(Client& client) {
  capnp::CapabilityServerSet<Counter> own;
  auto server = kj::heap<CounterServer>(0);
  auto* expected = server.get();
  client.wait(client.settle("home", own.add(kj::mv(server))));
  auto answer = client.later("home");
  auto home = client.wait(answer.then([](auto&& answer) { return answer.getResult(); }));
  auto found = client.wait(own.getLocalServer(home));
  KJ_REQUIRE(&KJ_REQUIRE_NONNULL(found, "it did not come home") == expected);
}

void forwards(Client& client) {
  auto forward = [&](Counter::Client counter) {
    auto request = client.partner.forwardRequest();
    request.setCounter(kj::mv(counter));
    request.setAmount(2);
    return client.wait(request.send().then([](auto&& answer) { return answer.getResult(); }));
  };
  KJ_REQUIRE(forward(kj::heap<CounterServer>(40)) == 42);
  KJ_REQUIRE(forward(client.counter(50)) == 52);
}

void cancels(Client& client) {
  {
    auto request = client.partner.waitRequest();
    request.setKey("cancelled");
    auto call = request.send();
    // An answer to what was sent later shows that the call has arrived.
    client.wait(client.partner.blobRequest().send().ignoreResult());
  }
  client.wait(client.partner.blobRequest().send().ignoreResult());
}

void streams(Client& client) {
  auto sink = client.partner.sinkRequest().send().getResult();
  for (int part = 0; part < 1000; ++part) {
    auto request = sink.pushRequest();
    request.initBytes(1024);
    client.wait(request.send());
  }
  client.wait(sink.endRequest().send().then([](auto&& answer) {
    KJ_REQUIRE(answer.getParts() == 1000 && answer.getBytes() == 1024000, answer);
  }));

  auto request = sink.pushRequest();
  request.initBytes(0);
  client.wait(request.send());
  requireText(client.failure(sink.endRequest().send().ignoreResult()), "an empty part");
}

// The server takes nothing yet, so the client is held, until it does.
void slowStreams(Client& client) {
  auto open = client.partner.sinkRequest();
  open.setKey("slow");
  auto sink = open.send().getResult();
  client.wait(sink.whenResolved());
  kj::Promise<void> push = kj::READY_NOW;
  uint32_t pushed = 0;
  while (push.poll(client.io.waitScope)) {
    KJ_REQUIRE(pushed < 1000, "nothing holds the client");
    client.wait(kj::mv(push));
    auto request = sink.pushRequest();
    request.initBytes(1024);
    push = request.send();
    ++pushed;
  }
  KJ_REQUIRE(pushed > 32, pushed);
  client.wait(client.settle("slow", kj::heap<CounterServer>(0)));
  client.wait(kj::mv(push));
  client.wait(sink.endRequest().send().then([pushed](auto&& answer) {
    KJ_REQUIRE(answer.getParts() == pushed, answer);
  }));
}

void threads(Client& client) {
  Threads own;
  auto construct = client.partner.constructRequest();
  construct.setThreadMap(kj::heap<ThreadMapServer>(own));
  auto make = construct.send().getThreadMap().makeThreadRequest();
  make.setName("made by C++");
  auto thread = make.send().getResult();
  auto name = client.wait(thread.getNameRequest().send().then(
      [](auto&& answer) { return kj::str(answer.getResult()); }));
  KJ_REQUIRE(name == "made by C++", name);
  auto on = [&](mp::Thread::Client thread) {
    auto request = client.partner.onThreadRequest();
    request.initContext().setThread(kj::mv(thread));
    request.setText("text");
    return request.send().ignoreResult();
  };
  client.wait(on(thread));
  auto foreign = own.add(kj::heap<ThreadServer>("not theirs"));
  requireText(client.failure(on(foreign)), "invalid thread handle");
}

void releases(Client& client) {
  kj::Vector<Counter::Client> counters;
  for (int i = 0; i < 100; ++i) counters.add(client.counter(i));
  for (auto& counter : counters) client.wait(counter.whenResolved());
  counters.clear();
  client.wait(client.partner.blobRequest().send().ignoreResult());
}

void isLeft(Client& client) {
  auto waiting = client.partner.waitRequest().send().ignoreResult();
  auto leave = client.failure(client.partner.leaveRequest().send().ignoreResult());
  requireType(leave, kj::Exception::Type::DISCONNECTED);
  requireType(client.failure(kj::mv(waiting)), kj::Exception::Type::DISCONNECTED);
  client.wait(client.session.onDisconnect());
}

void hangs(Client& client) {
  auto request = client.partner.waitRequest();
  request.setKey("for ever");
  report("hanging", "for ever");
  client.wait(request.send().ignoreResult());
}

struct Case {
  const char* name;
  void (*run)(Client&);
};

constexpr Case CASES[] = {
    {"values", values},
    {"blobs", blobs},
    {"exceptions", exceptions},
    {"losses", losses},
    {"pipelines", pipelines},
    {"pipelines-on-unanswered", pipelinesOnUnanswered},
    {"finishes-what-others-wait-for", finishesWhatOthersWaitFor},
    {"embargoes", embargoes},
    {"callbacks", callbacks},
    {"promises-of-ours", promisesOfOurs},
    {"promises-of-theirs", promisesOfTheirs},
    {"promises-that-fail", promisesThatFail},
    {"comes-home", comesHome},
    {"forwards", forwards},
    {"cancels", cancels},
    {"streams", streams},
    {"slow-streams", slowStreams},
    {"threads", threads},
    {"releases", releases},
    {"is-left", isLeft},
    {"hangs", hangs},
};

}  // namespace

void listCases() {
  for (auto& entry : CASES) std::printf("%s\n", entry.name);
  std::fflush(stdout);
}

bool runCase(kj::StringPtr name, kj::StringPtr path) {
  for (auto& entry : CASES) {
    if (name != entry.name) continue;
    {
      Client client(path);
      entry.run(client);
    }
    report("passed", name);
    return true;
  }
  return false;
}
