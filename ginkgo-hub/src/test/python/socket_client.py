"""Publishes and subscribes over one WebSocket of the hub with the library websockets, and resumes over another one."""

import json
import sys

from websockets.sync.client import connect

URL = sys.argv[1].replace("http:", "ws:") + "/-/ws"


class Client:
    def __init__(self):
        self.socket = connect(URL, subprotocols=["ginkgo.v1"])
        assert self.socket.subprotocol == "ginkgo.v1"
        self.number = 0
        self.messages = {}

    def receive(self):
        received = json.loads(self.socket.recv(timeout=30))
        if received["type"] == "message":
            self.messages.setdefault(received["subscription"], []).append(received)
        return received

    def request(self, **members):
        self.number += 1
        text = json.dumps({"request": self.number, **members})
        self.socket.send([text[:9], text[9:]])  # as two frames
        response = self.receive()
        while response.get("request") != self.number:
            response = self.receive()
        return response

    def await_data(self, subscription, expected):
        while [each["data"] for each in self.messages.get(subscription, [])] != expected:
            self.receive()


first = Client()
for channels in "/py/a", "/py/*":
    response = first.request(type="subscribe", channels=channels)
    assert response["type"] == "subscribed" and response["subscription"] == channels, response
for text in "1", "zwei\n\u2028", "\U0001f333":
    published = first.request(type="publish", channel="/py/a", data=text)
    assert published["type"] == "published" and published["receivers"] == 2, published
for channels in "/py/a", "/py/*":
    first.await_data(channels, ["1", "zwei\n\u2028", "\U0001f333"])
last = {channels: messages[0]["id"] for channels, messages in first.messages.items()}
first.socket.close()

second = Client()
for channels, since in last.items():
    response = second.request(type="subscribe", channels=channels, since=since)
    assert response["recovered"] is True, response
    second.await_data(channels, ["zwei\n\u2028", "\U0001f333"])
assert second.request(type="unsubscribe", subscription="/py/a")["type"] == "unsubscribed"
assert second.request(type="unsubscribe", subscription="/py/a")["problem"]["code"] == "not-found"
second.socket.close()
print("resumed")
