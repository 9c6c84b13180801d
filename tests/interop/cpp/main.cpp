// A Partner in C++, as a server or as a client that puts a server through its cases.

#include <kj/main.h>

#include "cases.h"
#include "server.h"

namespace {

class Main {
 public:
  explicit Main(kj::ProcessContext& context) : context(context) {}

  kj::MainFunc getMain() {
    return kj::MainBuilder(context, "partner", "Speaks partner.capnp over a unix socket.")
        .addSubCommand("serve", KJ_BIND_METHOD(*this, getServe), "serves until stdin is closed")
        .addSubCommand("call", KJ_BIND_METHOD(*this, getCall), "puts a server through cases")
        .addSubCommand("list", KJ_BIND_METHOD(*this, getList), "prints the names of the cases")
        .build();
  }

 private:
  kj::MainFunc getServe() {
    return kj::MainBuilder(context, "partner", "Serves a Partner.")
        .expectArg("PATH", KJ_BIND_METHOD(*this, setPath))
        .callAfterParsing([this]() -> kj::MainBuilder::Validity {
          serve(path);
          return true;
        })
        .build();
  }

  kj::MainFunc getCall() {
    return kj::MainBuilder(context, "partner", "Runs cases, each on a connection of its own.")
        .expectArg("PATH", KJ_BIND_METHOD(*this, setPath))
        .expectOneOrMoreArgs("CASE", KJ_BIND_METHOD(*this, run))
        .build();
  }

  kj::MainFunc getList() {
    return kj::MainBuilder(context, "partner", "Lists the cases.")
        .callAfterParsing([]() -> kj::MainBuilder::Validity {
          listCases();
          return true;
        })
        .build();
  }

  kj::MainBuilder::Validity setPath(kj::StringPtr value) {
    path = kj::str(value);
    return true;
  }

  kj::MainBuilder::Validity run(kj::StringPtr name) {
    if (!runCase(name, path)) return kj::str("no such case: ", name);
    return true;
  }

  kj::ProcessContext& context;
  kj::String path;
};

}  // namespace

KJ_MAIN(Main)
