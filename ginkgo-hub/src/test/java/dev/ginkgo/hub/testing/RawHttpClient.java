package dev.ginkgo.hub.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;
import javax.net.ssl.SSLSocket;

/** HTTP client on a plain socket, which sends exactly the given bytes. */
public final class RawHttpClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5_000;

    private final Socket socket;
    private final InputStream in;

    public RawHttpClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Connects from another address of this machine. */
    public RawHttpClient(int port, InetAddress from) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port, from, 0));
    }

    /** Connects from another address of this machine. */
    public RawHttpClient(int port, String from) throws IOException {
        this(port, InetAddress.getByName(from));
    }

    /** Uses a connected socket, such as one with TLS. */
    public RawHttpClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = socket instanceof SSLSocket ? new BufferedInputStream(socket.getInputStream()) : socket.getInputStream();
    }

    public int localPort() {
        return socket.getLocalPort();
    }

    public RawHttpClient send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    public RawHttpClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Reads up to and including a text. */
    public String readTo(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended before \"" + end + "\", after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** Reads the head of a response. */
    public String head() throws IOException {
        return readTo("\r\n\r\n");
    }

    /** Reads a response with {@code Content-Length}. */
    public String response() throws IOException {
        String head = head();
        int at = head.toLowerCase(Locale.ROOT).indexOf("content-length: ");
        int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
        return head + new String(in.readNBytes(length), ISO_8859_1);
    }

    /** Returns the result of a single read of the socket. */
    public String readOnce() throws IOException {
        byte[] bytes = new byte[64 * 1024];
        int length = in.read(bytes);
        return length < 0 ? "" : new String(bytes, 0, length, ISO_8859_1);
    }

    /** Returns whether something has been received and not been read. */
    public boolean hasInput() throws IOException {
        return in.available() > 0;
    }

    byte[] read(int length) throws IOException {
        return in.readNBytes(length);
    }

    /** Reads to the end of the connection. Throws if the connection is reset. */
    public String readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        in.transferTo(all);
        return all.toString(ISO_8859_1);
    }

    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes the connection with a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
