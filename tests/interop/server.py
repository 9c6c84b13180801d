#!/usr/bin/env python3
"""A stand-in for a Bitcoin Core node: serves `Init` on a socket and says what it saw.

    server.py [--schema DIR] [--version v32] [MODE] PATH

Prints `ready` once it listens, then one JSON object a line for each event:
connected, construct, thread, call, answer, error, cancelled, destroy, released, thread-released,
client-thread, client-thread-error, violation, disconnected. A `violation` is something that a real
node would not survive: a call after `destroy`, or `destroy` while a call runs.

As a real node does, it runs the calls of a Thread one at a time, in order of arrival, and refuses a
`context.thread` that it did not make on that connection. Echo follows the texts that it is given:
`wait:KEY` answers once `signal:KEY` has arrived, `fail:TEXT` raises TEXT, `hang` never answers,
`turn:TEXT` answers how many such calls the object has begun before.
"""

import argparse
import asyncio
import collections
import json
import os
import sys

import peer  # first: explains itself when pycapnp is missing
import capnp

GARBAGE = {
    # Each is sent as soon as somebody connects. Only "truncated" closes afterwards.
    "text": b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
    "segments": b"\xff" * 64,
    "huge": b"\0\0\0\0\xff\xff\xff\x7f" + b"\0" * 64,
    "pointer": b"\0\0\0\0\1\0\0\0" + b"\xfc\xff\xff\x7f\xff\xff\xff\xff",
    "truncated": b"\0\0\0\0\x10\0\0\0\0\0\0\0",
}


def emit(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


class Node:
    """What all connections share."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.schemas = peer.load_schemas(arguments.schema, arguments.version)
        self.signals = collections.defaultdict(asyncio.Event)
        self.connections = 0
        self.background = set()

    async def serve(self, stream):
        self.connections += 1
        number = self.connections
        emit("connected", connection=number)
        server = capnp.TwoPartyServer(stream, bootstrap=connection_init(self, number))
        await server.on_disconnect()
        emit("disconnected", connection=number)

    def spawn(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.background.add(task)
        task.add_done_callback(self.background.discard)


def connection_init(node, connection):
    """The `Init` object of one connection."""
    schemas, arguments = node.schemas, node.arguments
    threads = {}  # by the name that only this connection's Thread answers with

    def thread_made(thread):
        # What the next call on this Thread waits for: the end of the one before it.
        threads[thread.label] = asyncio.get_running_loop().create_future()
        threads[thread.label].set_result(None)
        emit("thread", connection=connection, name=thread.label)

    def thread_dropped(thread):
        if threads.pop(thread.label, None) is not None:
            emit("thread-released", connection=connection, name=thread.label)

    thread_map, _ = peer.thread_map(
        schemas, f"python-node-{os.getpid()}-{connection}", thread_made, thread_dropped
    )

    arrival = asyncio.Lock()  # asyncio's locks are first come, first served

    async def name_of(thread):
        """The name of a Thread of this connection."""
        # pycapnp cannot tell whether a capability is one of our own objects, but only our own
        # Thread answers with a name that is in the table.
        try:
            name = (await thread.getName()).result
        except capnp.KjException as error:
            # Either not a Thread of ours, or the promise of one that failed.
            if error.type == "UNIMPLEMENTED":
                raise peer.StdException("invalid thread handle") from None
            raise peer.StdException(error.description) from None
        if name not in threads:
            raise peer.StdException("invalid thread handle")
        return name

    async def queue_up(context):
        """The name of the Thread that the call names, what to wait for, and what to resolve after."""
        end = asyncio.get_running_loop().create_future()
        # One call after the other: a thread that is still a promise takes longer to find out about
        # than one that is not, and the call that came later must not overtake.
        async with arrival:
            if context._has("thread"):
                name = await name_of(context.thread)
                before, threads[name] = threads[name], end
                return name, before, end
        if not arguments.accept_no_thread:
            raise peer.StdException("no thread specified and no pool configured")
        return None, None, end

    async def on_thread(method, context, body, **details):
        """Runs `body` on the Thread that the call's Context names."""
        emit("call", connection=connection, method=method,
             has_thread=context.params.context._has("thread"),
             has_callback_thread=context.params.context._has("callbackThread"), **details)
        name = before = end = None
        try:
            name, before, end = await queue_up(context.params.context)
            if before is not None:
                await asyncio.shield(before)
            await body()
        except asyncio.CancelledError:
            emit("cancelled", connection=connection, method=method, thread=name)
            raise
        except Exception as error:
            emit("error", connection=connection, method=method, thread=name, text=str(error))
            raise
        finally:
            # Not before the call in front has ended, also when this one was given up in the queue.
            if end is not None and before is not None and not before.done():
                before.add_done_callback(lambda _: end.set_result(None))
            elif end is not None:
                end.set_result(None)
        emit("answer", connection=connection, method=method, thread=name)

    objects = 0

    class Echo(schemas.Echo.Server):
        def __init__(self):
            nonlocal objects
            objects += 1
            self.number = objects
            self.destroyed = False
            self.running = 0
            self.turns = 0

        def violation(self, text):
            emit("violation", connection=connection, object=self.number, text=text)
            raise peer.StdException(text)

        async def destroy_context(self, context):
            async def body():
                if self.running:
                    self.violation("destroy while a call runs")
                self.destroyed = True
                emit("destroy", connection=connection, object=self.number)

            await on_thread("Echo.destroy", context, body, object=self.number)

        async def echo_context(self, context):
            text = context.params.echo

            async def body():
                answer = text
                if self.destroyed:
                    self.violation("echo after destroy")
                if arguments.error is not None:
                    raise peer.StdException(arguments.error)
                verb, _, rest = text.partition(":")
                self.running += 1
                try:
                    if verb == "wait":
                        await node.signals[rest].wait()
                    elif verb == "signal":
                        node.signals[rest].set()
                    elif verb == "fail":
                        raise peer.StdException(rest)
                    elif verb == "turn":
                        answer = str(self.turns)
                        self.turns += 1
                    elif text == "hang":
                        await asyncio.get_running_loop().create_future()
                finally:
                    self.running -= 1
                context.results.result = answer

            shown = text if len(text) <= 80 else f"{text[:40]}… ({len(text)} characters)"
            await on_thread("Echo.echo", context, body, object=self.number, text=shown)

        def __del__(self):
            emit("released", connection=connection, object=self.number, destroyed=self.destroyed)

    async def use_client_threads(client_map):
        """What a node does when it calls back outside a call: a thread made by the client."""
        try:
            name = (await client_map.makeThread("python-node").result.getName()).result
            emit("client-thread", connection=connection, name=name)
        except capnp.KjException as error:
            emit("client-thread-error", connection=connection, text=error.description)

    class Init(schemas.Init.Server):
        async def construct_context(self, context):
            has_map = context.params._has("threadMap")
            emit("construct", connection=connection, has_thread_map=has_map)
            if arguments.hang_construct:
                await asyncio.get_running_loop().create_future()
            if has_map:
                node.spawn(use_client_threads(context.params.threadMap))
            if not arguments.no_thread_map:
                context.results.threadMap = thread_map

        async def makeEcho_context(self, context):
            async def body():
                context.results.result = Echo()

            await on_thread("Init.makeEcho", context, body)

        async def makeMiningOld2_context(self, context):
            emit("call", connection=connection, method="Init.makeMiningOld2")
            raise peer.StdException(
                "Old mining interface (@2) not supported. Please update your client!"
            )

        async def makeMining_context(self, context):
            async def body():
                pass  # null, as from a node that is shutting down

            await on_thread("Init.makeMining", context, body)

        async def makeRpc_context(self, context):
            async def body():
                raise peer.StdException("this stand-in has no Rpc")

            await on_thread("Init.makeRpc", context, body)

    return Init()


async def garbage(arguments, _reader, writer):
    emit("connected")
    writer.write(GARBAGE[arguments.garbage])
    try:
        await writer.drain()
        if arguments.garbage != "truncated":
            while await _reader.read(65536):
                pass
            emit("disconnected")
    except ConnectionError:
        emit("disconnected")
    writer.close()


async def close_at_once(_reader, writer):
    emit("connected")
    writer.close()


async def stdin_closed():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(4096):
        pass


async def main(arguments):
    if arguments.garbage:
        listening = await asyncio.start_unix_server(
            lambda reader, writer: garbage(arguments, reader, writer), arguments.path
        )
    elif arguments.close_at_once:
        listening = await asyncio.start_unix_server(close_at_once, arguments.path)
    else:
        node = Node(arguments)
        listening = await capnp.AsyncIoStream.create_unix_server(node.serve, arguments.path)
    print("ready", flush=True)
    if arguments.until_stdin_closes:
        await stdin_closed()
        listening.close()
    else:
        await asyncio.get_running_loop().create_future()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schema", default=peer.SCHEMA_ROOT, help="the schemas' import path")
    parser.add_argument("--version", default="v32", help="the folder of the schemas below it")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with whoever started this")
    parser.add_argument("--accept-no-thread", action="store_true", help="serve calls that name no thread")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--no-thread-map", action="store_true", help="construct answers a null ThreadMap")
    mode.add_argument("--error", metavar="TEXT", help="every Echo.echo raises TEXT")
    mode.add_argument("--hang-construct", action="store_true", help="construct never answers")
    mode.add_argument("--close-at-once", action="store_true", help="close each connection as it comes")
    mode.add_argument("--garbage", choices=GARBAGE, help="send bytes that are not Cap'n Proto")
    parser.add_argument("path", metavar="PATH")
    return parser.parse_args()


if __name__ == "__main__":
    parsed = parse_arguments()

    async def run():
        await capnp.run(main(parsed))

    asyncio.run(run())
