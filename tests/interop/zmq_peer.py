#!/usr/bin/env python3
"""A ZeroMQ peer, of pyzmq, that is told what to do.

    zmq_peer.py sub ENDPOINT COUNT TOPIC...   prints `TOPIC BODY COUNTER` of so many messages
    zmq_peer.py stall ENDPOINT TOPIC          subscribes, prints `subscribed`, and reads nothing
    zmq_peer.py pub ENDPOINT MESSAGE...       waits for a subscription, prints it, sends the messages

Bodies and the parts of messages, between commas, are hexadecimal. All stay until their stdin ends.
"""

import sys

try:
    import zmq
except ImportError:
    sys.exit("pyzmq is missing: pip install pyzmq")

DEADLINE = 60_000


def socket(kind):
    made = zmq.Context.instance().socket(kind)
    made.linger = 0
    made.rcvtimeo = DEADLINE
    return made


def subscribe(endpoint, count, *topics):
    subscriber = socket(zmq.SUB)
    for topic in topics:
        subscriber.subscribe(topic)
    subscriber.connect(endpoint)
    for _ in range(int(count)):
        topic, body, counter = subscriber.recv_multipart()
        print(topic.decode(), body.hex() or "-", int.from_bytes(counter, "little"), flush=True)
    return subscriber


def stall(endpoint, topic):
    subscriber = socket(zmq.SUB)
    subscriber.rcvhwm = 1
    subscriber.subscribe(topic)
    subscriber.connect(endpoint)
    print("subscribed", flush=True)
    return subscriber


def publish(endpoint, *messages):
    # Unlike PUB it shows subscriptions. On the wire it is the same.
    publisher = socket(zmq.XPUB)
    publisher.bind(endpoint)
    print("listening", publisher.last_endpoint.decode(), flush=True)
    print("subscription", publisher.recv().hex(), flush=True)
    for message in messages:
        publisher.send_multipart([bytes.fromhex(part) for part in message.split(",")])
    return publisher


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    kept = {"sub": subscribe, "stall": stall, "pub": publish}[what](*arguments)
    sys.stdin.read()
    kept.close()
