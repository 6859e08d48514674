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
    private static final Duration ACCEPT_RETRY_DELAY = Duration.ofMillis(100);

    private final Setting<Duration> writeTimeout = setting("write-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long a peer may let one write wait before its connection is ended");

    private final Setting<Size> maxLine =
            setting("max-line", Size.ofKibibytes(64)).help("The longest line that a peer may send");

    private final Setting<Integer> maxConnections = setting("max-connections", 10_000)
            .between(1, 1_000_000)
            .help("How many connections may be open at a time; further ones are closed at once");

    private final ConnectionLimits connectionLimits = new ConnectionLimits(maxLine, writeTimeout);
    private final Supplier<Address> bind;
    private final ConnectionHandler connectionHandler;
    private final SocketFactory sockets;

    private volatile @Nullable ServerSocket listening;

    /**
     * Declares a server.
     *
     * @param bind where to listen, asked at each start; usually a fixed {@link Setting} of the parent. Port 0 takes a
     *     free one, see {@link #address()}
     * @param connectionHandler runs once for each connection
     */
    public TcpServer(Supplier<Address> bind, ConnectionHandler connectionHandler) {
        this(bind, connectionHandler, ServerSocket::new);
    }

    /** With listeners of a test's making. */
    TcpServer(Supplier<Address> bind, ConnectionHandler connectionHandler, SocketFactory socketFactory) {
        this.bind = requireNonNull(bind, "bind is null: is the setting it comes from declared further down?");
        this.connectionHandler = requireNonNull(connectionHandler, "handler is null");
        this.sockets = socketFactory;
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
        TimeSource timeSource = time();
        ServerSocket listener = closeOnStop(Sockets.listen(sockets.open(), bind.get(), addressSource()));
        ConnectionSet connectionSet = closeOnStop(new ConnectionSet());
        listening = listener;
        log.info("listening on {}", address());

        spawn("accept", () -> accept(listener, connectionSet, timeSource));
        every("stuck-writes", connectionLimits::checkInterval, connectionSet::closeStalledWrites);
    }

    private void accept(ServerSocket listener, ConnectionSet connectionSet, TimeSource timeSource) throws Exception {
        LogRateLimiter troubles = new LogRateLimiter(timeSource);
        LogRateLimiter refusals = new LogRateLimiter(timeSource);
        awaitOpen();
        while (true) {
            Socket socket;
            try {
                socket = timeSource.callBlocking(listener::accept);
            } catch (IOException e) {
                if (listener.isClosed()) {
                    throw e; // by a stop
                }
                long times = troubles.countEvent();
                if (times > 0) {
                    log.warn(
                            "cannot accept: {}; trying on, failures since last told: {}", IoMessages.oneLine(e), times);
                }
                sleep(ACCEPT_RETRY_DELAY);
                continue;
            }
            if (connectionSet.size() < maxConnections.get()) {
                admit(socket, connectionSet, timeSource);
            } else {
                Sockets.close(socket);
                long times = refusals.countEvent();
                if (times > 0) {
                    log.warn(
                            "max-connections = {} are open; closed at once since last told: {}",
                            maxConnections.get(),
                            times);
                }
            }
        }
    }

    private void admit(Socket socket, ConnectionSet connectionSet, TimeSource timeSource) {
        try {
            Sockets.prepare(socket);
        } catch (IOException e) {
            log.debug("a connection was lost before it was served: {}", IoMessages.oneLine(e));
            Sockets.close(socket);
            return;
        }
        Connection connection = new Connection(socket, Sockets.peer(socket), timeSource, connectionLimits);
        connectionSet.add(connection);
        try {
            spawn("connection-" + connection.peer(), () -> serve(connection, connectionSet));
        } catch (IllegalStateException stopping) {
            connection.close();
            throw stopping;
        }
    }

    private void serve(Connection connection, ConnectionSet connectionSet) {
        try (connection) {
            connectionHandler.handle(connection);
        } catch (Exception | StackOverflowError e) {
            // The latter too is one peer's doing (deeply nested input) and must not end the others.
            logEnd(connection, e);
        } finally {
            connectionSet.remove(connection);
        }
    }

    private void logEnd(Connection connection, Throwable e) {
        if (DisconnectedException.isCauseOf(e) || isStopping()) {
            log.debug("connection {} ended: {}", connection.peer(), IoMessages.oneLine(e));
        } else {
            log.warn("connection {} ended: {}", connection.peer(), IoMessages.oneLine(e));
            log.debug("connection {} ended by", connection.peer(), e);
        }
    }

    private boolean isStopping() {
        State state = status().state();
        return Thread.currentThread().isInterrupted() || !(state.isRunning() || state == State.STARTING);
    }

    private String addressSource() {
        return bind instanceof Setting<?> setting ? setting.describe() : "given by the program";
    }
}
