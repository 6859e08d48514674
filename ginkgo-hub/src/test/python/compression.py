"""Receives the messages of a channel compressed: with httpx, the module gzip and websockets; publishes with websockets.

Prints for each client the SHA-256 of the messages before "end" and the coding, and that its stream has ended.
"""

import gzip
import hashlib
import json
import sys
import threading
import urllib.request

import httpx
from websockets.sync.client import connect

URL = sys.argv[1]
output = threading.Lock()


def say(*words):
    with output:
        print(*words, flush=True)


class Collector:
    def __init__(self, name, coding):
        self.name = name
        self.coding = coding
        self.hash = hashlib.sha256()

    def add(self, line):
        message = json.loads(line)
        data = message.get("data")
        if data == "end":
            say(self.name, self.coding, self.hash.hexdigest())
        elif data is not None:
            self.hash.update((data + "\n").encode())


def read_with_httpx():
    with httpx.Client(timeout=None) as client:
        with client.stream("GET", URL, params={"since": "all", "as": "ndjson"}) as response:
            collector = Collector("httpx", response.headers["Content-Encoding"])
            for line in response.iter_lines():
                collector.add(line)
    say("httpx ended")


def read_with_gzip():
    """Checks the checksum and the length at the end. Buffers, so it reads the messages only then."""
    request = urllib.request.Request(URL + "?since=all&as=ndjson", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as response:
        collector = Collector("gzip", response.headers["Content-Encoding"])
        with gzip.GzipFile(fileobj=response) as stream:
            for line in stream:
                collector.add(line)
    say("gzip ended")


def read_with_websockets():
    with connect(URL.replace("http:", "ws:") + "?since=all&as=ndjson", max_size=None) as socket:
        collector = Collector("websockets", "+".join(each.name for each in socket.protocol.extensions))
        for text in socket:
            collector.add(text)
    say("websockets ended")


def publish_with_websockets():
    url = "/".join(URL.replace("http:", "ws:").split("/")[:3]) + "/-/ws"
    with connect(url, subprotocols=["ginkgo.v1"]) as socket:
        text = json.dumps({"request": 1, "type": "publish", "channel": "/long", "data": "\u2028x" * 30_000})
        socket.send([text[:7], text[7:]])
        say("websockets", json.loads(socket.recv())["type"], "+".join(each.name for each in socket.protocol.extensions))


for each in read_with_httpx, read_with_gzip, read_with_websockets, publish_with_websockets:
    threading.Thread(target=each).start()
