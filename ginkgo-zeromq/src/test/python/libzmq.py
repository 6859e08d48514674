"""A peer that uses libzmq: receives or sends frames of the sizes that are given.

libzmq.py receive PREFIX KEYS SIZE...        binds, prints "port N", then a line for each frame
libzmq.py send PREFIX KEYS PORT SIZE...      connects, waits for the subscription, and sends

KEYS is "none" or PUBLIC:SECRET in hexadecimal digits. The content of a frame is PREFIX, then the letter x.
"""
import sys

import zmq
from zmq.utils import z85


def socket(kind, keys, server):
    result = zmq.Context.instance().socket(kind)
    result.setsockopt(zmq.RCVTIMEO, 20_000)
    result.setsockopt(zmq.SNDTIMEO, 20_000)
    result.setsockopt(zmq.HEARTBEAT_IVL, 50)
    result.setsockopt(zmq.HEARTBEAT_TIMEOUT, 2_000)
    if keys != "none":
        public, secret = (z85.encode(bytes.fromhex(key)) for key in keys.split(":"))
        result.setsockopt(zmq.CURVE_PUBLICKEY, public)
        result.setsockopt(zmq.CURVE_SECRETKEY, secret)
        if server:
            result.setsockopt(zmq.CURVE_SERVER, 1)
        else:
            result.setsockopt(zmq.CURVE_SERVERKEY, public)
    return result


def content(prefix, size):
    return (prefix + "x" * (size - len(prefix))).encode()


mode, prefix, keys, *rest = sys.argv[1:]
if mode == "receive":
    subscriber = socket(zmq.SUB, keys, server=True)
    subscriber.setsockopt(zmq.SUBSCRIBE, prefix.encode())
    print("port", subscriber.bind_to_random_port("tcp://127.0.0.1"), flush=True)
    for size in map(int, rest):
        frame = subscriber.recv()
        print(len(frame), frame == content(prefix, size), flush=True)
else:
    publisher = socket(zmq.XPUB, keys, server=False)
    publisher.connect("tcp://127.0.0.1:" + rest[0])
    print("subscription", publisher.recv(), flush=True)
    for size in map(int, rest[1:]):
        publisher.send(content(prefix, size))
    print("sent", flush=True)
    sys.stdin.readline()
