package dev.ginkgo.run.cli.hub;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Fake hub that runs one script per connection (the last script for all further ones) and records the requests. */
final class ScriptedHub implements AutoCloseable {
    private final ServerSocket server;
    private final List<Script> scripts;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /** Handler of a connection after its request; the connection is closed when it returns. */
    interface Script {
        void handle(Connection connection) throws Exception;
    }

    /** A received request; header names are in lower case. */
    record Request(String line, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "none");
        }
    }

    /** A connection of a client, with methods that write responses. */
    static final class Connection {
        private final OutputStream out;
        private final Socket socket;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            out = socket.getOutputStream();
        }

        /** Writes a complete response. */
        void respond(String status, String type, String body, String... headers) throws IOException {
            StringBuilder text = new StringBuilder("HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Type: "
                    + type + "\r\nContent-Length: " + body.length() + "\r\n");
            for (String header : headers) {
                text.append(header).append("\r\n");
            }
            out.write(text.append("\r\n").append(body).toString().getBytes(UTF_8));
        }

        /** Starts a stream with its {@code start} event. */
        Connection stream(boolean recovered) throws IOException {
            out.write("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(UTF_8));
            return line("{\"event\":\"start\",\"recovered\":" + recovered + "}");
        }

        Connection message(String id, String data) throws IOException {
            return line("{\"id\":\"" + id + "\",\"data\":\"" + data + "\"}");
        }

        Connection line(String json) throws IOException {
            return raw(json + "\n");
        }

        /** Writes one chunk. */
        Connection raw(String text) throws IOException {
            byte[] bytes = text.getBytes(UTF_8);
            out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(UTF_8));
            out.write(bytes);
            out.write("\r\n".getBytes(UTF_8));
            return this;
        }

        /** Writes the last chunk, which ends the stream. */
        void endStream() throws IOException {
            out.write("0\r\n\r\n".getBytes(UTF_8));
        }

        /** Writes nothing more, and waits until the client has closed the connection. */
        void awaitClose() throws IOException {
            while (socket.getInputStream().read() >= 0) {
                // discard
            }
        }
    }

    private ScriptedHub(List<Script> scripts) throws IOException {
        this.scripts = scripts;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static ScriptedHub withScripts(Script... scripts) throws IOException {
        ScriptedHub hub = new ScriptedHub(List.of(scripts));
        Thread.ofVirtual().start(hub::serve);
        return hub;
    }

    String url(String path) {
        return "127.0.0.1:" + server.getLocalPort() + path;
    }

    /** Returns the requests in the order of their arrival. */
    List<Request> requests() {
        return requests;
    }

    private void serve() {
        for (int i = 0; ; i++) {
            Script script = scripts.get(Math.min(i, scripts.size() - 1));
            try (Socket socket = server.accept()) {
                sockets.add(socket);
                requests.add(request(socket.getInputStream()));
                script.handle(new Connection(socket));
            } catch (Exception e) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private static Request request(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.append((char) next);
        }
        String[] lines = head.toString().split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (String line : List.of(lines).subList(1, lines.length)) {
            String[] parts = line.split(": ", 2);
            if (parts.length == 2) {
                headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
            }
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Request(lines[0], headers, new String(in.readNBytes(length), ISO_8859_1));
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
