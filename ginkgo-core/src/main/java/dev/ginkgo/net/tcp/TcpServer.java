package dev.ginkgo.net.tcp;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.internal.net.IoMessages;
import dev.ginkgo.internal.net.Sockets;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Listens on an address and runs a handler for each connection, in a task of its own named {@code
 * connection-<peer>}. Ready means: bound and accepting.
 *
 * <p>A start on an address that is in use fails with a {@link java.net.BindException} that names it. Running out of
 * file descriptors is survived: it accepts again when there are some. Connections beyond {@code max-connections} are
 * closed at once. A stop interrupts the handlers and closes their connections.
 */
public final class TcpServer extends Service {
    /** The pause after an accept that failed: long enough for others to give descriptors back. */
    private static final Duration BREATH = Duration.ofMillis(100);

    private final Setting<Duration> writeTimeout = setting("write-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long a peer may let one write wait before its connection is ended");

    private final Setting<Size> maxLine =
            setting("max-line", Size.ofKibibytes(64)).help("The longest line that a peer may send");

    private final Setting<Integer> maxConnections = setting("max-connections", 10_000)
            .between(1, 1_000_000)
            .help("How many connections may be open at a time; further ones are closed at once");

    private final ConnectionLimits limits = new ConnectionLimits(maxLine, writeTimeout);
    private final Supplier<Address> bind;
    private final ConnectionHandler handler;
    private final SocketFactory listeners;

    private volatile @Nullable ServerSocket listening;

    /**
     * Declares a server.
     *
     * @param bind where to listen, asked at each start; usually a fixed {@link Setting} of the parent. Port 0 takes a
     *     free one, see {@link #address()}
     * @param handler runs once for each connection
     */
    public TcpServer(Supplier<Address> bind, ConnectionHandler handler) {
        this(bind, handler, ServerSocket::new);
    }

    /** With listeners of a test's making. */
    TcpServer(Supplier<Address> bind, ConnectionHandler handler, SocketFactory listeners) {
        this.bind = requireNonNull(bind, "bind is null: is the setting it comes from declared further down?");
        this.handler = requireNonNull(handler, "handler is null");
        this.listeners = listeners;
    }

    /** Makes a listener, not yet bound. */
    @FunctionalInterface
    interface SocketFactory {
        ServerSocket open() throws IOException;
    }

    /**
     * Where it listens, with the real port where the address said 0.
     *
     * @throws IllegalStateException if it does not listen
     */
    public Address address() {
        ServerSocket listener = listening;
        if (listener == null || listener.isClosed()) {
            throw new IllegalStateException("the server does not listen; ask for its address between start and stop");
        }
        return new Address(bind.get().host(), listener.getLocalPort());
    }

    @Override
    protected void onStart() throws IOException {
        TimeSource time = time();
        ServerSocket listener = own(Sockets.listen(listeners.open(), bind.get(), origin()));
        ConnectionSet connections = own(new ConnectionSet());
        listening = listener;
        log.info("listening on {}", address());

        spawn("accept", () -> accept(listener, connections, time));
        every("stuck-writes", limits::inspection, connections::endStuckWrites);
    }

    private void accept(ServerSocket listener, ConnectionSet connections, TimeSource time) throws Exception {
        LogRateLimiter troubles = new LogRateLimiter(time);
        LogRateLimiter refusals = new LogRateLimiter(time);
        awaitOpen();
        while (true) {
            Socket socket;
            try {
                socket = time.outside(listener::accept);
            } catch (IOException e) {
                if (listener.isClosed()) {
                    throw e; // by a stop
                }
                long times = troubles.count();
                if (times > 0) {
                    log.warn("cannot accept: {}; trying on, failures since last told: {}", IoMessages.oneLine(e), times);
                }
                sleep(BREATH);
                continue;
            }
            if (connections.size() < maxConnections.get()) {
                admit(socket, connections, time);
            } else {
                Sockets.close(socket);
                long times = refusals.count();
                if (times > 0) {
                    log.warn(
                            "max-connections = {} are open; closed at once since last told: {}",
                            maxConnections.get(),
                            times);
                }
            }
        }
    }

    private void admit(Socket socket, ConnectionSet connections, TimeSource time) {
        try {
            Sockets.prepare(socket);
        } catch (IOException e) {
            log.debug("a connection was lost before it was served: {}", IoMessages.oneLine(e));
            Sockets.close(socket);
            return;
        }
        Connection connection = new Connection(socket, Sockets.peer(socket), time, limits);
        connections.add(connection);
        try {
            spawn("connection-" + connection.peer(), () -> serve(connection, connections));
        } catch (IllegalStateException stopping) {
            connection.close();
            throw stopping;
        }
    }

    private void serve(Connection connection, ConnectionSet connections) {
        try (connection) {
            handler.handle(connection);
        } catch (Exception | StackOverflowError e) {
            // The latter too is one peer's doing (deeply nested input) and must not end the others.
            told(connection, e);
        } finally {
            connections.remove(connection);
        }
    }

    private void told(Connection connection, Throwable e) {
        if (DisconnectedException.among(e) || ending()) {
            log.debug("connection {} ended: {}", connection.peer(), IoMessages.oneLine(e));
        } else {
            log.warn("connection {} ended: {}", connection.peer(), IoMessages.oneLine(e));
            log.debug("connection {} ended by", connection.peer(), e);
        }
    }

    private boolean ending() {
        State state = status().state();
        return Thread.currentThread().isInterrupted() || !(state.isUp() || state == State.STARTING);
    }

    private String origin() {
        return bind instanceof Setting<?> setting ? setting.describe() : "given by the program";
    }
}
