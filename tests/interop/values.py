"""Writes random values of every struct of some schemas, as the official library encodes them.

Prints a line for each: the schema and struct, such as `unions.capnp:Shape`, and the message in hexadecimal.
Every pointer is set, except where null is a value of its own: objects, open types, fields by which a struct
contains itself, and fields whose `hasX` is false.
"""

import argparse
import random
import struct
from pathlib import Path

import capnp

capnp.remove_import_hook()
Struct = capnp.lib.capnp._StructModule
Interface = capnp.lib.capnp._InterfaceModule

INTEGERS = {
    f"{sign}int{bits}": (0 if sign else -(1 << (bits - 1)), (1 << (bits - (0 if sign else 1))) - 1)
    for sign in ("", "u")
    for bits in (8, 16, 32, 64)
}
LETTERS = "abcXYZ 09_\n\"\\äß€😀\u0001"
DEEPEST = 3


def number(low, high):
    """Often one of those where things go wrong."""
    return random.choice([low, high, 0, 1, random.randint(low, high)])


def floating(bits):
    code = "<f" if bits == 32 else "<d"
    while True:
        value = struct.unpack(code, random.randbytes(bits // 8))[0]
        if value == value:  # NaN is not equal to itself.
            return random.choice([value, 0.0, -0.0, 1.5, float("inf"), float("-inf")])


def scalar(kind):
    if kind == "bool":
        return random.random() < 0.5
    if kind in INTEGERS:
        return number(*INTEGERS[kind])
    if kind in ("float32", "float64"):
        return floating(int(kind[5:]))
    if kind == "text":
        return "".join(random.choices(LETTERS, k=random.randrange(9)))
    if kind == "data":
        return random.randbytes(random.randrange(9))
    if kind == "void":
        return None
    raise ValueError(f"no value for {kind}")


def held(schema):
    """The structs that a struct holds, without those in lists."""
    for field in schema.fields.values():
        proto = field.proto
        if proto.which() == "group" or proto.slot.type.which() == "struct":
            yield field.schema


def reaches(schema, wanted, seen):
    for inner in held(schema):
        if inner.node.id == wanted:
            return True
        if inner.node.id not in seen:
            seen.add(inner.node.id)
            if reaches(inner, wanted, seen):
                return True
    return False


def contains(schema, name):
    """Whether a field is one by which the struct contains itself."""
    field = schema.fields[name]
    if field.proto.which() == "group" or field.proto.slot.type.which() != "struct":
        return False
    inner = field.schema
    return inner.node.id == schema.node.id or reaches(inner, schema.node.id, set())


def element(list_type, list_schema, depth):
    kind = list_type.which()
    if kind == "list":
        return elements(list_type.list.elementType, list_schema.elementType, depth)
    if kind == "struct":
        return value(list_schema.elementType, depth)
    if kind == "enum":
        return random.choice(list(list_schema.elementType.enumerants))
    return scalar(kind)


def elements(list_type, list_schema, depth):
    length = random.randrange(4) if depth < DEEPEST else 0
    return [element(list_type, list_schema, depth) for _ in range(length)]


def value(schema, depth):
    """A struct as pycapnp takes it: a dictionary."""
    made = {}
    protos = {proto.name: proto for proto in schema.node.struct.fields}
    union = [name for name, proto in protos.items() if proto.discriminantValue != 65535]
    ends = [name for name in union if depth < DEEPEST or not contains(schema, name)]
    chosen = random.choice(ends) if ends else None
    for name, proto in protos.items():
        if name in union and name != chosen:
            continue
        flag = "has" + name[0].upper() + name[1:]
        if flag in protos:
            made[flag] = depth < DEEPEST and random.random() < 0.5
            if not made[flag]:
                continue
        subject = name[3:4].lower() + name[4:]
        if name.startswith("has") and (subject in protos):
            continue
        field = schema.fields[name]
        if proto.which() == "group":
            made[name] = value(field.schema, depth)
            continue
        kind = proto.slot.type.which()
        if kind == "struct":
            itself = contains(schema, name)
            wanted = name == chosen or flag in protos
            if not itself or wanted or (depth < DEEPEST and random.random() < 0.7):
                made[name] = value(field.schema, depth + 1)
        elif kind == "list":
            made[name] = elements(proto.slot.type.list.elementType, field.schema, depth + 1)
        elif kind == "enum":
            made[name] = random.choice(list(field.schema.enumerants))
        elif kind not in ("interface", "anyPointer"):
            made[name] = scalar(kind)
    return made


def structs(module, place):
    """The structs declared in a module or in what it declares, with their places."""
    node = module.schema.node
    for nested in node.nestedNodes:
        inner = getattr(module, nested.name, None)
        if not isinstance(inner, (Struct, Interface)):
            continue
        name = place + nested.name
        if isinstance(inner, Struct) and not inner.schema.node.isGeneric:
            yield name, inner
        yield from structs(inner, name + ".")


def encoded(declared):
    message = declared.new_message()
    made = value(declared.schema, 0)
    for proto in declared.schema.node.struct.fields:
        # Otherwise pycapnp begins with a copy of the default, and leaves other union members' bits.
        if proto.name in made and proto.which() == "slot" and proto.slot.hadExplicitDefault:
            if proto.slot.type.which() == "struct":
                message.init(proto.name)
    message.from_dict(made)
    return message.to_bytes().hex()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-I", dest="imports", action="append", default=[])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("schemas", nargs="+")
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    for path in arguments.schemas:
        module = capnp.load(path, imports=arguments.imports)
        for name, declared in structs(module, Path(path).name + ":"):
            for _ in range(arguments.count):
                print(name, encoded(declared))


main()
