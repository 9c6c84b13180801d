"""Calls a JSON-RPC server with clients that are not ours: jsonrpclib-pelix, and Python's standard library.

Usage: json_rpc.py methods|gateway|shop|foo PORT SOCKET USER:PASSWORD
"""

import base64
import http.client
import json
import socket
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

import jsonrpclib
from jsonrpclib.config import Config
from jsonrpclib.jsonrpc import MultiCall, ProtocolError, ServerProxy, TransportError

cases, port, path, credentials = sys.argv[1:]
port = int(port)
user, password = (urllib.parse.quote(part) for part in credentials.split(":"))
url = f"http://{user}:{password}@127.0.0.1:{port}/"


def proxy(address=url, version=2.0):
    return ServerProxy(address, config=Config(version=version))


def error(call):
    """The code and the message of an error of JSON-RPC."""
    try:
        result = call()
    except ProtocolError as failure:
        return failure.args[0][:2]
    raise AssertionError(f"not refused: {result!r}")


def status(call):
    """The status of HTTP of what has no answer. The library cannot use its connection any more then."""
    try:
        result = call()
    except TransportError as failure:
        return failure.args[1]
    raise AssertionError(f"answered: {result!r}")


def post(body):
    """The status and the body of an answer, by urllib."""
    token = base64.b64encode(credentials.encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as failure:
        return failure.code, failure.read().decode()


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(path)


def methods():
    server = proxy()
    assert server.add(1, 2) == 3
    assert error(lambda: server.fail()) == (-5, "failed as asked")
    assert error(lambda: server.nope())[0] == -32601
    assert error(lambda: server.add("a", "b"))[0] == -32602
    assert status(proxy()._notify.note) == 204
    batch = MultiCall(server)
    batch.add(1, 1)
    batch._notify.note()
    batch.add(2, 2)
    assert list(batch()) == [2, 4]
    wrong = proxy(f"http://{user}:wrong@127.0.0.1:{port}/")
    assert status(lambda: wrong.add(1, 2)) == 401
    assert post('{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}') == (
        200,
        '{"jsonrpc":"2.0","id":1,"result":3}',
    )


def gateway():
    server = proxy()
    assert server.getblockcount() == 1
    assert server.getblockhash(1) == server.getbestblockhash()
    assert error(lambda: server.getblockhash(9)) == (-8, "Block height out of range")
    assert status(proxy()._notify.getblockcount) == 204
    batch = MultiCall(server)
    batch.getblockcount()
    batch.getbestblockhash()
    assert list(batch()) == [1, server.getbestblockhash()]
    assert proxy(version=1.0).getblockcount() == 1
    failed, body = post('{"method":"getblockhash","params":[9],"id":1}')
    assert failed == 500 and json.loads(body)["error"]["code"] == -8
    # One connection for several requests.
    connection = UnixConnection("localhost")
    token = base64.b64encode(credentials.encode()).decode()
    for number in range(3):
        body = json.dumps({"method": "getblockcount", "id": number})
        connection.request("POST", "/", body, {"Authorization": f"Basic {token}"})
        answer = connection.getresponse()
        assert json.loads(answer.read()) == {"result": 1, "error": None, "id": number}
    connection.close()


def shop():
    server = proxy()
    till = server.shop_open("ann", 1)
    assert server.till_add(till, 2) == 3
    assert server.till_add(object=till, amount=-4) == -1
    assert server.named_getName(till) == "ann's till"
    assert server.shop_find("nobody") is None
    assert server.shop_sum([till, None]) == -1
    assert server.shop_price(item={"price": 2**62}) == {"total": 2**63, "cheap": False}
    item = server.shop_describe({"name": "book", "picture": b"\x00\xff".hex(), "used": 3})
    assert bytes.fromhex(item["picture"]) == b"\x00\xff" and item["used"] == 3, item
    assert error(lambda: server.shop_fail(0)) == (-32000, "failed as asked")
    assert error(lambda: server.shop_find())[0] == -32602
    assert server.till_destroy(till) is None
    assert error(lambda: server.till_add(till, 1))[0] == -32602
    server("close")()


def foo():
    """libmultiprocess's own test interface, as much of it as JSON-RPC can call."""
    server = proxy()
    assert server.fooInterface_add(1, 2) == 3
    assert server.fooInterface_add(b=2**31 - 1, a=-(2**31)) == -1
    assert server.fooInterface_addOut(3, 4) == 7
    assert server.fooInterface_addInOut(3, 7) == 10
    pairs = [{"first": key, "second": "value"} for key in ("a", "b")]
    assert server.fooInterface_mapSize(pairs) == 2
    assert server.fooInterface_mapSize([]) == 0
    struct = {
        "name": "n\u00e4me",
        "setInt": [1, 2],
        "vectorBool": [False, True, False],
        "optionalInt": 3,
        "unorderedSetInt": [2],
        "mapStringInt": [{"first": "one", "second": 1}],
    }
    assert server.fooInterface_pass(struct) == struct
    empty = {name: [] for name in struct} | {"name": "", "optionalInt": None}
    assert server.fooInterface_pass({}) == empty
    assert server.fooInterface_pass({"optionalInt": 0})["optionalInt"] == 0
    assert server.fooInterface_passCustom({"v1": "v1", "v2": 5}) == {"v1": "v1", "v2": 5}
    assert server.fooInterface_passEmpty({}) == {}
    assert server.fooInterface_passMessage({"message": "init"}) == {"message": "init call"}
    changed = {"message": "init pass call return"}
    assert server.fooInterface_passMutable({"message": "init"}) == changed
    assert server.fooInterface_passEnum(2) == 2
    assert server.fooInterface_passDataPointers(["00ff", ""]) == ["00ff", ""]
    assert server.fooInterface_passData("00FF") == "00ff"
    assert server.fooInterface_passDouble(0.1) == 0.1
    assert server.fooInterface_passDouble("Infinity") == "Infinity"

    # A call that waits, on a connection of its own, until another one lets it go on.
    waiting = threading.Thread(target=lambda: proxy().fooInterface_callFnAsync())
    waiting.start()
    while server.fooInterface_callIntFnAsync(0) != 1:
        pass
    assert server.fooInterface_callFn() is None
    waiting.join(60)
    assert not waiting.is_alive()

    # Exceptions: one that is declared, and another.
    code, said = error(lambda: server.fooInterface_raise(struct))
    assert code == -32007 and said.startswith("error: ") and "n\u00e4me" in said, said
    assert error(lambda: server.fooInterface_callIntFnAsync(-1)) == (-32000, "minus one")

    # Wrong parameters.
    number = "expected an integer of the type i32, not"
    wrong = [
        (lambda: server.fooInterface_add(2**31, 0), f"`a`: {number} 2147483648"),
        (lambda: server.fooInterface_add(1), "`b` is missing"),
        (
            lambda: server.fooInterface_pass({"setInt": ["x"]}),
            f'`arg`: `setInt`: element 0: {number} "x"',
        ),
        (
            lambda: server.fooInterface_passEmpty({"v": 1}),
            "`arg`: there is no field `v`",
        ),
    ]
    for call, message in wrong:
        assert error(call) == (-32602, message), error(call)

    # Callbacks would be objects of the client. Null is none, where there may be none.
    calls = {
        "callback": lambda given: server.fooInterface_callback(given, 1),
        "callbackUnique": lambda given: server.fooInterface_callbackUnique(given, 1),
        "callbackShared": lambda given: server.fooInterface_callbackShared(given, 1),
        "callbackExtended": lambda given: server.fooInterface_callbackExtended(given, 1),
        "passFn": lambda given: server.fooInterface_passFn(given),
        "saveCallback": lambda given: server.fooInterface_saveCallback(given),
    }
    no_object = "a client cannot pass objects of its own"
    for method, call in calls.items():
        name = "fn" if method == "passFn" else "callback"
        for given, there in [({"call": 1}, "an object"), (7, "a number")]:
            message = f"`{name}`: expected the handle of an object, not {there}: {no_object}"
            assert error(lambda: call(given)) == (-32602, message), method
        message = f"`{name}`: there is no object `me`: "
        code, said = error(lambda: call("me"))
        assert code == -32602 and said.startswith(message), said
    assert server.fooInterface_saveCallback(None) is None
    assert error(lambda: server.fooInterface_callbackSaved(1)) == (-32000, "nothing was saved")
    assert error(lambda: server.fooCallback_call(1))[0] == -32602
    # There are no threads to exchange.
    assert server.fooInterface_initThreadMap() is None
    server("close")()


{"methods": methods, "gateway": gateway, "shop": shop, "foo": foo}[cases]()
print(f"{cases}: ok")
