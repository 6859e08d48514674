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
 * Server that listens on an address and runs a handler for each connection, in a task of its own named {@code
 * connection-<peer>}. It is ready when its socket is bound and connections are accepted.
 *
 * <p>A start on an address that is in use fails with a {@link java.net.BindException} that names the address. If the
 * process runs out of file descriptors, the server keeps trying to accept. Connections beyond {@code max-connections}
 * are closed immediately. A stop interrupts the handlers and closes their connections.
 */
public final class TcpServer extends Service {
    /** Pause after a failed accept, so that file descriptors can be released in the meantime. */
    private static final Duration ACCEPT_RETRY_DELAY = Duration.ofMillis(100);

    private final Setting<Duration> writeTimeout = setting("write-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long a single write may block on a peer that does not read; then its connection is closed");

    private final Setting<Size> maxLine =
            setting("max-line", Size.ofKibibytes(64)).help("The longest line accepted from a peer");

    private final Setting<Integer> maxConnections = setting("max-connections", 10_000)
            .between(1, 1_000_000)
            .help("The largest number of open connections; further ones are closed immediately");

    private final ConnectionLimits connectionLimits = new ConnectionLimits(maxLine, writeTimeout);
    private final Supplier<Address> bind;
    private final ConnectionHandler connectionHandler;
    private final SocketFactory sockets;

    private volatile @Nullable ServerSocket listening;

    /**
     * Creates a server.
     *
     * @param bind address to listen on, evaluated at each start; usually a {@link Setting} of the parent with {@link
     *     Setting#restartRequired()}. Port 0 chooses a free port, see {@link #address()}
     * @param connectionHandler called once for each connection
     */
    public TcpServer(Supplier<Address> bind, ConnectionHandler connectionHandler) {
        this(bind, connectionHandler, ServerSocket::new);
    }

    /** Creates a server with given server sockets, for tests. */
    TcpServer(Supplier<Address> bind, ConnectionHandler connectionHandler, SocketFactory socketFactory) {
        this.bind = requireNonNull(bind, "bind is null: is the setting it comes from declared further down?");
        this.connectionHandler = requireNonNull(connectionHandler, "handler is null");
        this.sockets = socketFactory;
    }

    /** Creates an unbound server socket. */
    @FunctionalInterface
    interface SocketFactory {
        ServerSocket open() throws IOException;
    }

    /**
     * Returns the address on which the server listens, with the actual port if the configured port is 0.
     *
     * @throws IllegalStateException if the server is not listening
     */
    public Address address() {
        ServerSocket listener = listening;
        if (listener == null || listener.isClosed()) {
            throw new IllegalStateException(
                    "the server is not listening; call address() between its start and its stop");
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
        every("stalled-writes", connectionLimits::checkInterval, connectionSet::closeStalledWrites);
    }

    private void accept(ServerSocket listener, ConnectionSet connectionSet, TimeSource timeSource) throws Exception {
        LogRateLimiter acceptFailures = new LogRateLimiter(timeSource);
        LogRateLimiter rejections = new LogRateLimiter(timeSource);
        awaitOpen();
        while (true) {
            Socket socket;
            try {
                socket = timeSource.callBlocking(listener::accept);
            } catch (IOException e) {
                if (listener.isClosed()) {
                    throw e; // closed by a stop
                }
                long count = acceptFailures.countEvent();
                if (count > 0) {
                    log.warn(
                            "cannot accept a connection: {}; retrying; failures since the last message: {}",
                            IoMessages.oneLine(e),
                            count);
                }
                sleep(ACCEPT_RETRY_DELAY);
                continue;
            }
            if (connectionSet.size() < maxConnections.get()) {
                admit(socket, connectionSet, timeSource);
            } else {
                Sockets.close(socket);
                long count = rejections.countEvent();
                if (count > 0) {
                    log.warn(
                            "max-connections = {} is reached; connections closed since the last message: {}",
                            maxConnections.get(),
                            count);
                }
            }
        }
    }

    private void admit(Socket socket, ConnectionSet connectionSet, TimeSource timeSource) {
        try {
            Sockets.prepare(socket);
        } catch (IOException e) {
            log.debug("a connection was lost before it was handled: {}", IoMessages.oneLine(e));
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
            // A StackOverflowError is caused by one peer's input (deep nesting) and must not affect the others.
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
