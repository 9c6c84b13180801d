"""Calls a JSON-RPC server with clients that are not ours: jsonrpclib-pelix, and Python's standard library.

Usage: json_rpc.py methods|gateway|shop PORT SOCKET USER:PASSWORD
"""

import base64
import http.client
import json
import socket
import sys
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


{"methods": methods, "gateway": gateway, "shop": shop}[cases]()
print(f"{cases}: ok")
