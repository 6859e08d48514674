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

/** Asks a daemon over its control socket. */
public final class ControlClient {
    private final Path socket;
    private final Duration timeout;

    /**
     * @param socket the daemon's
     * @param patience how long to wait for an answer: a daemon may hang, or be stopped by SIGSTOP
     */
    public ControlClient(Path socket, Duration patience) {
        this.socket = socket;
        this.timeout = patience;
    }

    /** The daemon has answered, and what it says is no. */
    public static final class ErrorResponseException extends IOException {
        private static final long serialVersionUID = 1L;

        private ErrorResponseException(String words) {
            super(words);
        }
    }

    /** Asks to see something. */
    public Map<String, @Nullable Object> read(String what) throws IOException {
        return request("read", what);
    }

    /** Asks to do something. */
    public Map<String, @Nullable Object> execute(String what) throws IOException {
        return request("do", what);
    }

    /** A connection on which more than one question is asked; its answers take as long as they take. */
    public static final class Session implements AutoCloseable {
        private final SocketChannel channel;
        private final BufferedReader in;

        private Session(SocketChannel channel) {
            this.channel = channel;
            in = new BufferedReader(Channels.newReader(channel, UTF_8));
        }

        /** Asks and waits for the answer. */
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

    /** Begins a session. */
    public Session openSession(String about) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Session session = new Session(channel);
        try {
            session.request(Map.of("converse", about));
            return session;
        } catch (IOException e) {
            session.close();
            throw e;
        }
    }

    private Map<String, @Nullable Object> request(String kind, String what) throws IOException {
        try (SocketChannel channel = SocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            FutureTask<Map<String, @Nullable Object>> answer =
                    new FutureTask<>(() -> exchange(channel, JsonText.write(Map.of(kind, what))));
            Thread.ofPlatform().daemon().name("ginkgo-ask").start(answer);
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ErrorResponseException errorResponseException) {
                throw errorResponseException;
            }
            throw new IOException(
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), e);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + timeout.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for an answer");
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
            throw new IOException("it closed the connection without an answer");
        }
        Map<String, @Nullable Object> answer = JsonText.read(line);
        if (answer.get("error") instanceof String error) {
            throw new ErrorResponseException(error);
        }
        return answer;
    }
}
