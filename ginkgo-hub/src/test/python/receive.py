"""Receives the messages of a channel in every format at once: with httpx, httpx-sse and websockets, and through curl.

Prints a line for each message: client and format, "text" or "bytes", the length, and the SHA-256.
"""

import base64
import hashlib
import json
import subprocess
import sys
import threading

import httpx
import httpx_sse
from websockets.sync.client import connect

URL = sys.argv[1]
TYPES = {"lines": "text/plain", "sse": "text/event-stream", "ndjson": "application/x-ndjson"}
output = threading.Lock()


def show(name, kind, payload):
    with output:
        print(name, kind, len(payload), hashlib.sha256(payload).hexdigest(), flush=True)


def show_object(name, text):
    message = json.loads(text)
    if "event" not in message:
        if "encoding" in message:
            show(name, "bytes", base64.b64decode(message["data"], validate=True))
        else:
            show(name, "text", message["data"].encode())


def show_text(name, text):
    if text.startswith(b"\x1e"):
        show_object(name, text[1:].decode())
    else:
        show(name, "text", text)


def read_lines(name, response):
    """Splits at LF only, as documented; iter_lines would split at other line ends of Unicode, too."""
    rest = b""
    for chunk in response.iter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line:
                show_text(name, line)


def read_ndjson(name, response):
    for line in response.iter_lines():
        show_object(name, line)


def read_sse(name, response):
    for event in httpx_sse.EventSource(response).iter_sse():
        if event.event == "json":
            show_object(name, event.data)
        elif event.event == "message":
            show(name, "text", event.data.encode())


READERS = {"lines": read_lines, "sse": read_sse, "ndjson": read_ndjson}


def receive_with_httpx(form):
    with httpx.Client(timeout=None) as client:
        with client.stream("GET", URL, params={"since": "all"}, headers={"Accept": TYPES[form]}) as response:
            READERS[form]("httpx-" + form, response)


def receive_with_curl(form):
    command = ["curl", "-sSN", "-H", "Accept: " + TYPES[form], URL + "?since=all"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as curl:
        chunks = iter(lambda: curl.stdout.read1(65536), b"")
        READERS[form]("curl-" + form, httpx.Response(200, headers={"Content-Type": TYPES[form]}, content=chunks))


def poll_with_httpx(form):
    since = "all"
    with httpx.Client(timeout=None) as client:
        while True:
            response = client.get(URL, params={"poll": "1", "wait": "2s", "as": form, "since": since})
            READERS[form]("httpx-poll-" + form, response)
            since = response.headers["Last-Event-ID"]


def receive_with_websockets(_):
    with connect(URL.replace("http:", "ws:") + "?since=all", max_size=None) as socket:
        for message in socket:
            if isinstance(message, bytes):
                show("websockets", "bytes", message)
            else:
                show_text("websockets", message.encode())


for receive in receive_with_httpx, receive_with_curl, poll_with_httpx:
    for each in READERS:
        threading.Thread(target=receive, args=[each]).start()
threading.Thread(target=receive_with_websockets, args=[None]).start()
