"""Server that returns each line, as the manual of gevent writes it; prints its port."""
import sys

from gevent.server import StreamServer


def echo(socket, address):
    reader = socket.makefile(mode="rb")
    while line := reader.readline():
        socket.sendall(line)
    reader.close()


server = StreamServer(("127.0.0.1", 0), echo, backlog=1024)
server.start()
print(server.server_port, flush=True)
server.serve_forever()
