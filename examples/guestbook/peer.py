"""A peer of the guestbook in Python, which knows nothing but its schema.

peer.py sign SOCKET NAME    signs the book that is served there, and prints it
peer.py serve SOCKET        serves a book of its own
"""

import asyncio
import pathlib
import sys

import capnp

capnp.remove_import_hook()
FOLDER = pathlib.Path(__file__).parent
# Where `/ipc.capnp` is, whose annotations the schema has.
ANNOTATIONS = str(FOLDER / "../../ipc-gen/include")
SCHEMA = capnp.load(str(FOLDER / "schema/guestbook.capnp"), imports=[ANNOTATIONS])


def show(entry):
    stars = entry.stars if entry.hasStars else "no"
    print(f"{entry.guest}: {entry.mood}, {stars} stars {entry.text}".rstrip(), flush=True)


class Book(SCHEMA.Guestbook.Server):
    def __init__(self):
        self.entries = []
        self.readers = []

    async def sign(self, entry, _context, **_):
        self.entries.append(entry.as_builder())
        readers, self.readers = self.readers, []
        for reader in readers:
            if (await reader.call(entry=entry)).result:
                self.readers.append(reader)
        return len(self.entries)

    async def read(self, most, hasMost, _context, **_):
        newest = self.entries[::-1]
        return newest[:most] if hasMost else newest

    async def follow(self, reader, _context, **_):
        self.readers.append(reader)


class Listener(SCHEMA.Reader.Server):
    async def call(self, entry, _context, **_):
        print(f"{entry.guest} signed", flush=True)
        return False


async def sign(path, name):
    stream = await capnp.AsyncIoStream.create_unix_connection(path)
    book = capnp.TwoPartyClient(stream).bootstrap().cast_as(SCHEMA.Guestbook)
    await book.follow(reader=Listener())
    entry = {"guest": name, "mood": "angry", "stars": 1, "hasStars": True, "text": "too cold"}
    print(f"{(await book.sign(entry=entry)).result} entries", flush=True)
    for found in (await book.read(most=10, hasMost=True)).result:
        show(found)


async def serve(path):
    async def connected(stream):
        await capnp.TwoPartyServer(stream, bootstrap=Book()).on_disconnect()

    server = await capnp.AsyncIoStream.create_unix_server(connected, path)
    print("listening", flush=True)
    async with server:
        await server.serve_forever()


def main():
    match sys.argv[1:]:
        case ["sign", path, name]:
            asyncio.run(capnp.run(sign(path, name)))
        case ["serve", path]:
            asyncio.run(capnp.run(serve(path)))
        case _:
            sys.exit(__doc__)


main()
