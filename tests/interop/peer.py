"""What the two Python peers share: the schemas, a ThreadMap and Thread, and exact error texts."""

import os
import sys
import traceback
from types import SimpleNamespace

try:
    import capnp
except ImportError:
    sys.exit(f"{sys.executable} has no pycapnp; `pip install pycapnp==2.2.4` provides it")

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA_ROOT = os.path.join(os.path.dirname(os.path.dirname(HERE)), "schema")


def load_schemas(root, version):
    """The interfaces of one Bitcoin Core version, from the schemas below `root`."""
    # pycapnp carries the standard schemas (`/capnp/c++.capnp`) in its own package folder.
    imports = [root, os.path.dirname(os.path.dirname(os.path.abspath(capnp.__file__)))]
    parser = capnp.SchemaParser()

    def load(name):
        path = next(
            (p for p in (os.path.join(root, version, name), os.path.join(root, name)) if os.path.isfile(p)),
            None,
        )
        if path is None:
            sys.exit(f"no {name} below {root} (version {version})")
        return parser.load(path, imports=imports)

    proxy = load("mp/proxy.capnp")
    # A parser of its own: this file describes the same interface ids in a later version.
    newer = capnp.SchemaParser().load(os.path.join(HERE, "newer.capnp"))
    return SimpleNamespace(
        # The types point into their parsers without keeping them alive; the modules do keep them.
        keep_alive=(proxy, newer),
        Init=load("init.capnp").Init,
        Echo=load("echo.capnp").Echo,
        Mining=load("mining.capnp").Mining,
        ThreadMap=proxy.ThreadMap,
        Thread=proxy.Thread,
        NewerEcho=newer.NewerEcho,
    )


class _Bare(Exception):
    # pycapnp sends `message = ` and `traceback.format_exception(...)` as the reason. Without a
    # traceback the latter is `TYPE: text`, so a type named like the C++ one gives the text that
    # libmultiprocess sends.
    __traceback__ = property(lambda self: None, lambda self, value: None)


StdException = type("std::exception", (_Bare,), {"__module__": "builtins"})
assert "".join(traceback.format_exception(StdException("x"))) == "std::exception: x\n"


def thread_map(schemas, host, on_make=lambda thread: None, on_drop=lambda thread: None):
    """A ThreadMap whose threads are made by this process and named `host/N (from NAME)`."""
    made = []

    class Thread(schemas.Thread.Server):
        def __init__(self, label):
            self.label = label

        async def getName_context(self, context):
            context.results.result = self.label

        def __del__(self):
            on_drop(self)

    class ThreadMap(schemas.ThreadMap.Server):
        async def makeThread_context(self, context):
            made.append(None)
            thread = Thread(f"{host}/{len(made)} (from {context.params.name})")
            on_make(thread)
            context.results.result = thread

        async def makePool_context(self, context):
            raise StdException("makePool is not supported here")

    return ThreadMap(), Thread
