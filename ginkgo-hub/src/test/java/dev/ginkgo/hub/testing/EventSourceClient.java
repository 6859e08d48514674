package dev.ginkgo.hub.testing;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Client that behaves like the {@code EventSource} of a browser (HTML standard, section 9.2): it stores the last event id,
 * and sends it when it reconnects.
 */
public final class EventSourceClient implements AutoCloseable {
    /** Event as dispatched to a page. */
    public record Event(String name, String data) {}

    private final IntSupplier port;
    private final String path;
    private @Nullable Socket socket;
    private @Nullable BufferedReader in;
    private String lastId = "";

    public EventSourceClient(TestHub testHub, String path) {
        this(testHub::port, path);
    }

    public EventSourceClient(IntSupplier port, String path) {
        this.port = port;
        this.path = path;
    }

    /** Connects or reconnects. */
    public void connect() throws IOException {
        close();
        Socket opened = new Socket(InetAddress.getLoopbackAddress(), port.getAsInt());
        opened.setSoTimeout(20_000);
        String header = lastId.isEmpty() ? "" : "Last-Event-ID: " + lastId + "\r\n";
        opened.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n" + header
                                + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        socket = opened;
        in = new BufferedReader(
                new InputStreamReader(new ChunkedInputStream(opened.getInputStream()), StandardCharsets.UTF_8));
    }

    /** Reads the next event, and skips comments. */
    public Event next() throws IOException {
        String name = "message";
        StringBuilder data = new StringBuilder();
        while (true) {
            String line = in == null ? null : in.readLine();
            if (line == null) {
                throw new EOFException("the stream has ended");
            }
            if (line.isEmpty()) {
                if (!data.isEmpty()) {
                    return new Event(name, data.substring(0, data.length() - 1));
                }
                name = "message";
            } else if (!line.startsWith(":")) {
                List<String> field = List.of(line.split(": ", 2));
                switch (field.getFirst()) {
                    case "id" -> lastId = field.getLast();
                    case "event" -> name = field.getLast();
                    case "data" ->
                        data.append(field.size() == 1 ? "" : field.getLast()).append('\n');
                    default -> {}
                }
            }
        }
    }

    public String lastId() {
        return lastId;
    }

    /** Closes the connection; the last event id is kept. */
    public void disconnect() throws IOException {
        close();
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
    }
}
