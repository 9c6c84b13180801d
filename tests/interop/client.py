#!/usr/bin/env python3
"""A Python client that puts a server of `Init` through named cases.

    client.py [--schema DIR] [--version v32] [--timeout SECONDS] unix:PATH CASE...
    client.py --list

Prints `ok CASE` for each case that passes. The first case that fails ends the run: its message goes
to stderr and the exit code is 1. Every case opens its own connection and has the same deadline.

Cases marked "scripted" need an Echo that understands these texts, as `server.py` does:
`wait:KEY` answers once `signal:KEY` has arrived, `fail:TEXT` raises TEXT, `hang` never answers,
`turn:TEXT` answers how many such calls the object has begun before.
"""

import argparse
import asyncio
import os
import socket
import sys

import peer  # first: explains itself when pycapnp is missing
import capnp

TEXTS = ["", "hello", "with\nlines\tand \"quotes\"", "naïve – Ünïcødé 日本語 🦀", "a" * 4095, "b" * 4096]
MEBIBYTE = "0123456789abcdef" * 65536

CASES = {}


def case(function, scripted=False):
    CASES[function.__name__.replace("_", "-")] = (function, scripted)
    return function


def scripted(function):
    return case(function, scripted=True)


class Failure(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Failure(message)


async def connected_socket(path):
    """asyncio itself takes a full queue of the listener (a node's holds 5) for a connection."""
    connecting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connecting.setblocking(False)
    try:
        while True:
            try:
                connecting.connect(path)
                return connecting
            except BlockingIOError:
                # Nothing tells when there is room. The case's deadline ends this.
                await asyncio.sleep(0.01)
    except BaseException:
        connecting.close()
        raise


class Connection:
    """One connection. Nothing is awaited here but the socket: all else is pipelined."""

    def __init__(self, schemas, stream, own_thread_map):
        self.schemas = schemas
        self.stream = stream
        self.rpc = capnp.TwoPartyClient(stream)
        self.init = self.rpc.bootstrap().cast_as(schemas.Init)
        request = self.init.construct_request()
        if own_thread_map:
            # The map must outlive the connection: a peer may use it whenever it likes.
            self.own_map, self.own_thread_type = peer.thread_map(schemas, "python-client")
            request.threadMap = self.own_map
        self.constructed = request.send()
        self.thread_map = self.constructed.threadMap

    @classmethod
    async def open(cls, schemas, path, own_thread_map=False):
        stream = await capnp.AsyncIoStream.create_unix_connection(sock=await connected_socket(path))
        return cls(schemas, stream, own_thread_map)

    def make_thread(self, name):
        """A capability of the promise: it is not resolved yet."""
        return self.thread_map.makeThread(name).result

    def make_echo(self, thread=None):
        request = self.init.makeEcho_request()
        if thread is not None:
            request.context.thread = thread
        return request.send().result

    def close(self):
        self.rpc.close()
        self.stream.close()


def call(method_request, thread=None, **parameters):
    """Sends at once; the result is awaited by the caller."""
    request = method_request()
    if thread is not None:
        request.context.thread = thread
    for name, value in parameters.items():
        setattr(request, name, value)
    return request.send()


def echo(target, thread, text):
    return call(target.echo_request, thread, echo=text)


async def text_of(promise):
    return (await promise).result


async def expect_echo(target, thread, text):
    got = await text_of(echo(target, thread, text))
    check(got == text, f"sent {len(text)} characters {text[:60]!r}, got {len(got)} characters {got[:60]!r}")


async def expect_error(awaitable, kind, *parts):
    try:
        await awaitable
    except capnp.KjException as error:
        check(error.type == kind, f"expected an error of kind {kind}, got {error.type}: {error.description}")
        for part in parts:
            check(part in error.description, f"expected {part!r} in the error text, got: {error.description}")
        return error.description
    raise Failure(f"expected an error of kind {kind} with {parts}, but the call succeeded")


@case
async def construct(peers):
    """`construct` gives a ThreadMap, with and without one of our own, also twice."""
    for own in (False, True):
        c = await peers.connect(own_thread_map=own)
        reply = await c.constructed
        check(reply._has("threadMap"), "construct answered without a ThreadMap")
        again = await c.init.construct()
        check(again._has("threadMap"), "the second construct answered without a ThreadMap")


@case
async def make_thread(peers):
    """Every step is awaited before the next."""
    c = await peers.connect(own_thread_map=True)
    await c.constructed
    thread = (await c.thread_map.makeThread("awaited")).result
    made = await call(c.init.makeEcho_request, thread)
    check(made._has("result"), "makeEcho answered null")
    await expect_echo(made.result, thread, "hi")


@case
async def pipelined(peers):
    """Nothing is awaited before the last answer: context.thread is a promise of a promise."""
    c = await peers.connect()
    thread = c.make_thread("pipelined")
    await expect_echo(c.make_echo(thread), thread, "all at once")


@case
async def texts(peers):
    c = await peers.connect()
    thread = c.make_thread("texts")
    target = c.make_echo(thread)
    for text in TEXTS:
        await expect_echo(target, thread, text)


@case
async def large_text(peers):
    c = await peers.connect()
    thread = c.make_thread("large")
    target = c.make_echo(thread)
    await expect_echo(target, thread, MEBIBYTE)
    # Several in flight: the peer must read while it writes.
    replies = await asyncio.gather(*(text_of(echo(target, thread, MEBIBYTE)) for _ in range(8)))
    check(all(reply == MEBIBYTE for reply in replies), "a text of 1 MiB came back changed")


@case
async def many_calls(peers):
    c = await peers.connect()
    thread = c.make_thread("many")
    target = c.make_echo(thread)
    for number in range(500):
        await expect_echo(target, thread, f"call {number}")


async def answered_in_order(target, thread):
    finished = []

    async def one(number, promise):
        check(await text_of(promise) == str(number), f"call {number} got another call's answer")
        finished.append(number)

    await asyncio.gather(*[one(number, echo(target, thread, str(number))) for number in range(100)])
    check(finished == list(range(100)), f"answers out of order: {finished}")


async def run_in_order(target, thread):
    sent = [echo(target, thread, f"turn:{number}") for number in range(200)]
    turns = [int(text) for text in await asyncio.gather(*[text_of(promise) for promise in sent])]
    check(turns == list(range(200)), f"calls run out of order: {turns}")


@case
async def answers_in_order(peers):
    """Calls in flight on one Thread are answered in order: more than Cap'n Proto promises."""
    c = await peers.connect()
    thread = (await c.thread_map.makeThread("in order")).result
    await answered_in_order((await call(c.init.makeEcho_request, thread)).result, thread)
    thread = c.make_thread("in order, pipelined")
    await answered_in_order(c.make_echo(thread), thread)


@scripted
async def fifo(peers):
    """Calls that are in flight together on one Thread run in the order they were sent."""
    c = await peers.connect()
    thread = (await c.thread_map.makeThread("fifo")).result
    await run_in_order((await call(c.init.makeEcho_request, thread)).result, thread)


@scripted
async def fifo_pipelined(peers):
    """The same while the Thread and the Echo are still promises."""
    for _ in range(5):
        c = await peers.connect()
        thread = c.make_thread("fifo")
        await run_in_order(c.make_echo(thread), thread)


@scripted
async def fifo_promised_thread(peers):
    """The Echo is there, the Thread is a promise: calls that come later do not overtake."""
    c = await peers.connect()
    first = (await c.thread_map.makeThread("first")).result
    for number in range(20):
        target = (await call(c.init.makeEcho_request, first)).result
        await run_in_order(target, c.make_thread(f"promised {number}"))


@scripted
async def fifo_blocked(peers):
    """A call that waits holds back what is queued on its Thread, and only that."""
    c = await peers.connect()
    one, two = c.make_thread("one"), c.make_thread("two")
    target = c.make_echo(one)
    finished = []

    async def note(promise):
        finished.append(await text_of(promise))

    key = peers.key()
    queued = asyncio.gather(
        note(echo(target, one, f"wait:{key}")),
        note(echo(target, one, "second")),
        note(echo(target, one, "third")),
    )
    await expect_echo(target, two, "other thread")
    check(finished == [], f"answered before its turn: {finished}")
    await expect_echo(target, two, f"signal:{key}")
    await queued
    check(finished == [f"wait:{key}", "second", "third"], f"answers out of order: {finished}")


@case
async def threads(peers):
    """Several calls on each of several Threads."""
    c = await peers.connect()
    lanes = [c.make_thread(f"lane {number}") for number in range(8)]
    target = c.make_echo(lanes[0])
    sent = [f"{lane}/{number}" for number in range(16) for lane in range(len(lanes))]
    replies = await asyncio.gather(
        *[text_of(echo(target, lanes[int(text.split("/")[0])], text)) for text in sent]
    )
    check(replies == sent, "an answer went to another call")


@scripted
async def parallel(peers):
    """A call on one Thread waits for a call on another."""
    c = await peers.connect()
    one, two = c.make_thread("one"), c.make_thread("two")
    target = c.make_echo(one)
    key = peers.key()
    waiting = asyncio.ensure_future(text_of(echo(target, one, f"wait:{key}")))
    await expect_echo(target, two, f"signal:{key}")
    check(await waiting == f"wait:{key}", "the waiting call got another answer")


@case
async def thread_name(peers):
    c = await peers.connect()
    for name in ("worker", "", "naïve 日本語"):
        got = await text_of(c.make_thread(name).getName())
        check(name in got, f"Thread.getName of the thread made as {name!r} answered {got!r}")


@case
async def callback_thread(peers):
    """A Thread of ours in callbackThread does no harm where nothing is called back."""
    c = await peers.connect(own_thread_map=True)
    thread = c.make_thread("with callback thread")
    request = c.init.makeEcho_request()
    request.context.thread = thread
    request.context.callbackThread = c.own_thread_type("python-client/main")
    target = request.send().result
    request = target.echo_request(echo="called")
    request.context.thread = thread
    request.context.callbackThread = c.own_thread_type("python-client/main")
    check((await request.send()).result == "called", "another answer")


@case
async def foreign_thread(peers):
    """context.thread is a Thread object of this process."""
    c = await peers.connect(own_thread_map=True)
    thread = c.make_thread("real")
    target = c.make_echo(thread)
    await expect_echo(target, thread, "before")
    foreign = c.own_thread_type("python-client/foreign")
    await expect_error(echo(target, foreign, "x"), "FAILED", "invalid thread handle")
    await expect_error(c.make_echo(foreign).echo(), "FAILED", "invalid thread handle")
    await expect_echo(target, thread, "after")


@case
async def thread_of_other_connection(peers):
    a, b = await peers.connect(), await peers.connect()
    thread = (await a.thread_map.makeThread("of a")).result
    target = b.make_echo(b.make_thread("of b"))
    await expect_error(echo(target, thread, "x"), "FAILED", "invalid thread handle")
    await expect_echo(a.make_echo(thread), thread, "still good on its own connection")


@case
async def wrong_object_as_thread(peers):
    """context.thread is an object of the server, but no Thread."""
    c = await peers.connect()
    thread = c.make_thread("real")
    target = (await call(c.init.makeEcho_request, thread)).result
    await expect_error(
        echo(target, target.cast_as(c.schemas.Thread), "x"), "FAILED", "invalid thread handle"
    )
    await expect_echo(target, thread, "after")


@case
async def broken_thread(peers):
    """context.thread is a promise that fails: the call fails, the connection lives on."""
    c = await peers.connect()
    thread = c.make_thread("real")
    target = c.make_echo(thread)
    broken = target.cast_as(c.schemas.ThreadMap).makeThread("no such method").result
    try:
        await echo(target, broken, "x")
    except capnp.KjException:
        pass
    else:
        raise Failure("a call whose thread is a failed promise was served")
    await expect_echo(target, thread, "after")


@case
async def no_thread(peers):
    """Without context.thread the call is answered: served, or refused with a text that says why."""
    c = await peers.connect()
    thread = c.make_thread("real")
    target = c.make_echo(thread)
    try:
        check(await text_of(echo(target, None, "no thread")) == "no thread", "another answer")
    except capnp.KjException as error:
        check("thread" in error.description, f"refused without saying why: {error.description}")
    await expect_echo(target, thread, "after")


@case
async def no_thread_served(peers):
    """Without context.thread and with nothing set up, the calls are served."""
    c = await peers.connect()
    await expect_echo(c.make_echo(), None, "no thread")


@case
async def pool(peers):
    """After makePool a call without context.thread is served; a second pool is refused."""
    c = await peers.connect()
    await c.thread_map.makePool(0)
    await c.thread_map.makePool(2)
    await expect_echo(c.make_echo(), None, "from the pool")
    text = "makePool called on connection with existing pool"
    await expect_error(c.thread_map.makePool(2), "FAILED", text)


@case
async def destroy(peers):
    """destroy with a Context, then the release; the connection lives on."""
    c = await peers.connect()
    thread = c.make_thread("destroyer")
    for number in range(10):
        target = c.make_echo(thread)
        await expect_echo(target, thread, f"object {number}")
        await call(target.destroy_request, thread)
        del target
    await expect_echo(c.make_echo(thread), thread, "after")


@case
async def destroy_twice(peers):
    c = await peers.connect()
    thread = c.make_thread("destroyer")
    target = c.make_echo(thread)
    await call(target.destroy_request, thread)
    await call(target.destroy_request, thread)
    await expect_echo(c.make_echo(thread), thread, "after")


@case
async def release(peers):
    """Objects and threads that are released without destroy."""
    c = await peers.connect()
    for number in range(50):
        thread = c.make_thread(f"short-lived {number}")
        await expect_echo(c.make_echo(thread), thread, f"object {number}")
    # Dropped while its call is still under way.
    promise = echo(c.make_echo(thread), c.make_thread("dropped"), "late")
    check(await text_of(promise) == "late", "another answer")


@case
async def unimplemented(peers):
    """An interface and a method that the server lacks."""
    c = await peers.connect()
    thread = c.make_thread("real")
    target = c.make_echo(thread)
    await expect_error(target.cast_as(c.schemas.NewerEcho).later(), "UNIMPLEMENTED")
    await expect_error(c.init.cast_as(c.schemas.Mining).isTestChain(), "UNIMPLEMENTED")
    await expect_echo(target, thread, "after")


@case
async def error_text(peers):
    """The one method of Init that always fails with a text."""
    c = await peers.connect()
    text = await expect_error(
        c.init.makeMiningOld2(), "FAILED", "Old mining interface (@2) not supported"
    )
    check(text.count("remote exception: ") <= 1, f"the prefix is doubled: {text}")


@scripted
async def raised(peers):
    """A failing call has its text, and the Thread goes on with the next one."""
    c = await peers.connect()
    thread = c.make_thread("raised")
    target = c.make_echo(thread)
    failing = echo(target, thread, "fail:no such luck – 運")
    following = echo(target, thread, "following")
    await expect_error(failing, "FAILED", "no such luck – 運")
    check(await text_of(following) == "following", "another answer")


@scripted
async def cancel(peers):
    """A call that is given up does not disturb the connection or other Threads."""
    c = await peers.connect()
    one, two = c.make_thread("one"), c.make_thread("two")
    target = c.make_echo(one)
    hanging = asyncio.ensure_future(text_of(echo(target, one, "hang")))
    await expect_echo(target, two, "while it hangs")
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    await expect_echo(target, two, "after")


@case
async def disconnect(peers):
    """The connection goes away with calls pending; the next one finds the server in good order."""
    for _ in range(5):
        c = await peers.connect()
        thread = c.make_thread("abrupt")
        target = c.make_echo(thread)
        await expect_echo(target, thread, "before")
        pending = [asyncio.ensure_future(text_of(echo(target, thread, "hang"))) for _ in range(4)]
        pending += [asyncio.ensure_future(text_of(echo(target, thread, "x" * 65536))) for _ in range(4)]
        await asyncio.sleep(0)  # one turn of the loop: the calls are on their way, no answer is read
        c.close()
        for waiting in pending:
            waiting.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
    await texts(peers)


@case
async def disconnect_early(peers):
    """The connection goes away before construct is answered."""
    for _ in range(20):
        (await peers.connect(own_thread_map=True)).close()
    await texts(peers)


@case
async def garbage(peers):
    """Bytes that are not Cap'n Proto end that connection and no other."""
    good = await peers.connect()
    thread = good.make_thread("good")
    target = good.make_echo(thread)
    await expect_echo(target, thread, "before")
    for name, data in (
        ("text", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("too many segments", b"\xff" * 64),
        ("huge segment", b"\0\0\0\0\xff\xff\xff\x7f" + b"\0" * 64),
        ("bad pointer", b"\0\0\0\0\1\0\0\0" + b"\xfc\xff\xff\x7f\xff\xff\xff\xff"),
        ("truncated", b"\0\0\0\0\x10\0\0\0\0\0\0\0"),
    ):
        reader, writer = await asyncio.open_unix_connection(sock=await connected_socket(peers.path))
        writer.write(data)
        try:
            writer.write_eof()
            # The server closes, with or without having said why. (A reset counts as closed.)
            while await reader.read(65536):
                pass
        except ConnectionError:
            pass
        finally:
            writer.close()
        await expect_echo(target, thread, f"after {name}")


@case
async def connections(peers):
    """Several connections at once; each has its own threads."""
    opened = [await peers.connect(own_thread_map=number % 2 == 0) for number in range(8)]

    async def use(number, c):
        thread = c.make_thread(f"thread of {number}")
        target = c.make_echo(thread)
        for turn in range(20):
            await expect_echo(target, thread, f"{number}/{turn}")

    await asyncio.gather(*[use(number, c) for number, c in enumerate(opened)])
    opened[0].close()
    await use(1, opened[1])


@case
async def mining(peers):
    """A real node on regtest: another interface than Echo."""
    c = await peers.connect()
    thread = c.make_thread("mining")
    made = await call(c.init.makeMining_request, thread)
    check(made._has("result"), "makeMining answered null")
    check((await call(made.result.isTestChain_request, thread)).result, "regtest is a test chain")
    tip = await call(made.result.getTip_request, thread)
    check(tip.hasResult and len(tip.result.hash) == 32, "getTip has no block")


@case
async def mining_null(peers):
    """A null capability as the result."""
    c = await peers.connect()
    made = await call(c.init.makeMining_request, c.make_thread("mining"))
    check(not made._has("result"), "makeMining answered with an object")


class Peers:
    def __init__(self, schemas, path):
        self.schemas = schemas
        self.path = path
        self.opened = []
        self.keys = 0

    async def connect(self, own_thread_map=False):
        connection = await Connection.open(self.schemas, self.path, own_thread_map)
        self.opened.append(connection)
        return connection

    def key(self):
        self.keys += 1
        return f"{os.getpid()}-{self.keys}"

    def close(self):
        while self.opened:
            self.opened.pop().close()


async def main(arguments):
    schemas = peer.load_schemas(arguments.schema, arguments.version)
    path = arguments.address.removeprefix("unix:")
    for name in arguments.cases:
        peers = Peers(schemas, path)
        try:
            await asyncio.wait_for(CASES[name][0](peers), arguments.timeout)
        except asyncio.TimeoutError:
            sys.exit(f"case {name}: no answer within {arguments.timeout:g} seconds")
        except Failure as failure:
            sys.exit(f"case {name}: {failure}")
        except capnp.KjException as error:
            sys.exit(f"case {name}: {error.type}: {error.description}")
        except OSError as error:
            sys.exit(f"case {name}: cannot reach {path}: {error}")
        finally:
            peers.close()
        print(f"ok {name}", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schema", default=peer.SCHEMA_ROOT, help="the schemas' import path")
    parser.add_argument("--version", default="v32", help="the folder of the schemas below it")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds for each case")
    parser.add_argument("--list", action="store_true", help="print the cases and stop")
    parser.add_argument("address", nargs="?", help="unix:PATH")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    arguments = parser.parse_args()
    if arguments.list:
        for name, (function, needs_script) in CASES.items():
            summary = (function.__doc__ or "").strip().split("\n")[0]
            print(f"{name:28} {'scripted' if needs_script else '':9} {summary}".rstrip())
        sys.exit(0)
    if not arguments.address or not arguments.address.startswith("unix:"):
        parser.error("an address of the form unix:PATH is needed")
    unknown = [name for name in arguments.cases if name not in CASES]
    if unknown or not arguments.cases:
        parser.error(f"unknown cases {unknown}; see --list" if unknown else "name at least one case; see --list")
    return arguments


if __name__ == "__main__":
    parsed = parse_arguments()

    async def run():
        await capnp.run(main(parsed))

    asyncio.run(run())
