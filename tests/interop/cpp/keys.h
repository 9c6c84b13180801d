// What calls wait for, by key.
#pragma once

#include <kj/async.h>

#include <map>
#include <string>

#include "partner.capnp.h"

class Keys {
 public:
  // A promise of the counter that the key will stand for.
  kj::Promise<Counter::Client> get(kj::StringPtr key) { return slot(key).promise.addBranch(); }

  void settle(kj::StringPtr key, Counter::Client counter) {
    slot(key).fulfiller->fulfill(kj::mv(counter));
  }

  void reject(kj::StringPtr key, kj::Exception reason) {
    slot(key).fulfiller->reject(kj::mv(reason));
  }

 private:
  struct Slot {
    kj::Own<kj::PromiseFulfiller<Counter::Client>> fulfiller;
    kj::ForkedPromise<Counter::Client> promise;
  };

  Slot& slot(kj::StringPtr key) {
    std::string name(key.begin(), key.size());
    auto found = slots.find(name);
    if (found == slots.end()) {
      auto pair = kj::newPromiseAndFulfiller<Counter::Client>();
      found = slots.emplace(name, Slot{kj::mv(pair.fulfiller), pair.promise.fork()}).first;
    }
    return found->second;
  }

  std::map<std::string, Slot> slots;
};
