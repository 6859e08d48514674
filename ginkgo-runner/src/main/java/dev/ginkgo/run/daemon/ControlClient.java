package dev.ginkgo.run.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.run.output.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Writer;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Client for the control socket of a daemon. Thread-safe: each request opens a connection. */
public final class ControlClient {
    private final Path socket;
    private final Duration timeout;

    /**
     * @param socket path of the control socket
     * @param timeout how long to wait for a response; a daemon may hang or be stopped by SIGSTOP
     */
    public ControlClient(Path socket, Duration timeout) {
        this.socket = socket;
        this.timeout = timeout;
    }

    /** The daemon responded with an error. */
    public static final class ErrorResponseException extends IOException {
        private static final long serialVersionUID = 1L;

        private ErrorResponseException(String message) {
            super(message);
        }
    }

    /** Requests a view, such as {@code status}. */
    public Map<String, @Nullable Object> read(String view) throws IOException {
        return request("read", view);
    }

    /** Requests an action, such as {@code reload}. */
    public Map<String, @Nullable Object> execute(String action) throws IOException {
        return request("do", action);
    }

    /** Connection for a series of requests. Responses have no timeout. */
    public static final class Session implements AutoCloseable {
        private final SocketChannel channel;
        private final BufferedReader in;

        private Session(SocketChannel channel) {
            this.channel = channel;
            in = new BufferedReader(Channels.newReader(channel, UTF_8));
        }

        /** Sends a request and waits for the response. */
        public Map<String, @Nullable Object> request(Map<String, ?> request) throws IOException {
            Writer out = Channels.newWriter(channel, UTF_8);
            out.write(JsonText.write(request) + "\n");
            out.flush();
            return readResponse(in);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Opens a session of the given kind, such as {@code console}. */
    public Session openSession(String kind) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Session session = new Session(channel);
        try {
            session.request(Map.of("converse", kind));
            return session;
        } catch (IOException e) {
            session.close();
            throw e;
        }
    }

    private Map<String, @Nullable Object> request(String member, String command) throws IOException {
        try (SocketChannel channel = SocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            FutureTask<Map<String, @Nullable Object>> response =
                    new FutureTask<>(() -> exchange(channel, JsonText.write(Map.of(member, command))));
            Thread.ofPlatform().daemon().name("ginkgo-control-client").start(response);
            return response.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ErrorResponseException errorResponseException) {
                throw errorResponseException;
            }
            throw new IOException(
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), e);
        } catch (TimeoutException e) {
            throw new IOException("no response within " + timeout.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a response");
        }
    }

    private Map<String, @Nullable Object> exchange(SocketChannel channel, String request) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(socket));
        Writer out = Channels.newWriter(channel, UTF_8);
        out.write(request + "\n");
        out.flush();
        return readResponse(new BufferedReader(Channels.newReader(channel, UTF_8)));
    }

    private static Map<String, @Nullable Object> readResponse(BufferedReader in) throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new IOException("the daemon closed the connection without a response");
        }
        Map<String, @Nullable Object> response = JsonText.read(line);
        if (response.get("error") instanceof String error) {
            throw new ErrorResponseException(error);
        }
        return response;
    }
}
