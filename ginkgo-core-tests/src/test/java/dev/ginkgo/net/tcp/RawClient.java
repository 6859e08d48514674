package dev.ginkgo.net.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.config.Address;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/** A socket that does not use the code under test. Reads time out after 10 s. */
final class RawClient implements AutoCloseable {
    static final Address ANY_PORT = Address.of("127.0.0.1:0");

    final Socket socket;
    private final BufferedReader in;

    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(10_000);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    static RawClient connect(Address address) throws IOException {
        return new RawClient(new Socket(address.host(), address.port()));
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    @Nullable
    String readLine() throws IOException {
        return in.readLine();
    }

    /** Reads until the connection ends in any way; if it stays open, the timeout fails the test. */
    void awaitEnd() throws IOException {
        try {
            while (in.readLine() != null) {
                // data sent before the end
            }
        } catch (SocketException e) {
            // a reset also ends the connection
        }
    }

    Address local() {
        return new Address(socket.getLocalAddress().getHostAddress(), socket.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
