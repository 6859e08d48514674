package dev.ginkgo.hub.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** Subscriber in one of several formats, for messages such as {@code <42>}, which look the same in all of them. */
public final class AnyFormatClient implements AutoCloseable {
    public static final int FORMAT_COUNT = 4;
    public static final int DISCONNECT_MODES = 3;

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final String[] HEADERS = {
        "Accept: text/plain",
        "Accept: text/event-stream",
        "Accept: application/x-ndjson",
        String.join(
                "\r\n",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
    };

    private final Socket socket;
    private final InputStream in;

    public AnyFormatClient(int port, String channel, int format) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        String request = "GET " + channel + " HTTP/1.1\r\nHost: localhost\r\n" + HEADERS[format] + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    }

    /** Returns the number in the next message. */
    public long nextNumber() throws IOException {
        while (read() != '<') {
            // skip a frame header, an id, an event
        }
        long number = 0;
        for (int digit = read(); digit != '>'; digit = read()) {
            number = 10 * number + Character.digit(digit, 10);
        }
        return number;
    }

    /** Prepares the disconnect that {@link #close} completes, in one of {@link #DISCONNECT_MODES} ways. */
    public void disconnect(int mode) throws IOException {
        switch (mode) {
            case 0 -> socket.setSoLinger(true, 0); // close sends a reset
            case 1 -> {
                socket.shutdownOutput();
                while (in.read() >= 0) {
                    // discard what was still being sent
                }
            }
            default -> {} // close sends a reset if there is unread input, else an ordinary end
        }
    }

    private int read() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("the stream has ended");
        }
        return next;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
