package dev.ginkgo.net.tcp;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Durations;
import dev.ginkgo.config.Size;
import dev.ginkgo.internal.concurrent.BackoffSequence;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import dev.ginkgo.internal.net.IoMessages;
import dev.ginkgo.internal.net.Sockets;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Client that stays connected to a server and runs a handler on each connection, one connection at a time, in a task
 * named {@code connection}. It is ready while connected and otherwise degraded, with the reason. A server that is
 * unavailable does not fail the start: the start waits for the first attempt only, and for 2 s at most.
 *
 * <p>When a connection ends, because of the peer or because the handler returned, the client pauses and connects again,
 * without limit. The setting {@code reconnect} controls the pauses. They are reset after a connection that lasted
 * longer than the maximum of {@code reconnect}, so a server that accepts and closes, even after a greeting, is not
 * flooded with attempts.
 *
 * <p>If the address is a setting and a reload changes it, the connection to the old address is closed. The client
 * connects to the new address as soon as the handler notices, at its next read or write.
 */
public final class TcpClient extends Service {
    /** Limit of the wait for the first attempt during a start, including name resolution. */
    private static final Duration MAX_START_WAIT = Duration.ofSeconds(2);

    private final Setting<Backoff> reconnect = setting(
                    "reconnect", new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10)))
            .help("The pause before reconnecting: starts at min and doubles up to max");

    private final Setting<Duration> connectTimeout = setting("connect-timeout", Duration.ofSeconds(5))
            .between(Duration.ofMillis(1), Duration.ofMinutes(10))
            .help("How long one connection attempt may take");

    private final Setting<Duration> writeTimeout = setting("write-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long a single write may block if the server does not read; then the connection is closed");

    private final Setting<Size> maxLine =
            setting("max-line", Size.ofKibibytes(64)).help("The longest line accepted from the server");

    private final ConnectionLimits connectionLimits = new ConnectionLimits(maxLine, writeTimeout);
    private final Supplier<Address> server;
    private final ConnectionHandler connectionHandler;
    private final RandomGenerator random;

    private volatile @Nullable WakeableTimer pauseTimer;
    private volatile @Nullable Attempt currentAttempt;

    /**
     * Creates a client.
     *
     * @param server address of the server, evaluated at each attempt; usually a {@link Setting} of the parent
     * @param connectionHandler called once for each connection
     */
    public TcpClient(Supplier<Address> server, ConnectionHandler connectionHandler) {
        this(server, connectionHandler, RandomGenerator.getDefault());
    }

    /** Creates a client with a given source of jitter, for tests. */
    TcpClient(Supplier<Address> server, ConnectionHandler connectionHandler, RandomGenerator random) {
        this.server = requireNonNull(server, "server is null: is the setting it comes from declared further down?");
        this.connectionHandler = requireNonNull(connectionHandler, "handler is null");
        this.random = requireNonNull(random, "random is null");
    }

    @Override
    protected void onStart() {
        TimeSource timeSource = time();
        WakeableTimer timer = new WakeableTimer(timeSource);
        ConnectionSet connectionSet = closeOnStop(new ConnectionSet());
        FirstAttemptGate firstAttemptGate = new FirstAttemptGate();
        pauseTimer = timer;
        deferReady();
        spawn("connection", () -> stayConnected(connectionSet, firstAttemptGate, timeSource, timer));
        spawnLater(
                "first-attempt-timeout",
                MAX_START_WAIT,
                () -> firstAttemptGate.runUnlessFinished(() -> degraded("still connecting to " + server.get())));
        every("stalled-writes", connectionLimits::checkInterval, connectionSet::closeStalledWrites);
    }

    @Override
    protected void onReload() {
        Attempt attempt = currentAttempt;
        WakeableTimer timer = pauseTimer;
        if (attempt != null && timer != null && isAddressChanged(attempt)) {
            log.info("the server address changed to {}; closing the connection to {}", server.get(), attempt.target());
            attempt.close();
            timer.wake();
        }
    }

    private void stayConnected(
            ConnectionSet connectionSet, FirstAttemptGate firstAttemptGate, TimeSource timeSource, WakeableTimer timer)
            throws InterruptedException {
        BackoffSequence retries = BackoffSequence.shortenedByUpToHalf(random);
        boolean firstFailure = true;
        while (true) {
            Attempt attempt = new Attempt(server.get(), new Socket());
            currentAttempt = attempt; // set before the check, so that this thread or onReload sees a changed address
            if (isAddressChanged(attempt)) {
                continue;
            }
            String end;
            try (Connection connection = connect(attempt, connectionSet, timeSource)) {
                firstFailure = true;
                firstAttemptGate.finish();
                log.info("connected to {}", attempt.target());
                ready();
                end = serve(connection, timeSource, retries);
                connectionSet.remove(connection);
            } catch (IOException e) {
                end = "cannot reach " + attempt.target() + ": " + IoMessages.unreachable(e, connectTimeout.get());
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            firstAttemptGate.finish();
            if (isAddressChanged(attempt)) {
                degraded("moving from " + attempt.target() + " to " + server.get());
                retries.reset();
                continue;
            }
            Backoff bounds = reconnect.get();
            Duration pause = retries.next(bounds.min(), bounds.max());
            end += "; next try in " + Durations.toHumanString(pause);
            degraded(end);
            log.atLevel(firstFailure ? Level.WARN : Level.DEBUG).log(end); // once for each outage
            firstFailure = false;
            timer.await(pause, () -> isAddressChanged(attempt));
        }
    }

    private Connection connect(Attempt attempt, ConnectionSet connectionSet, TimeSource timeSource) throws IOException {
        Duration timeout = connectTimeout.get();
        Socket socket = timeSource.callBlocking(() -> Sockets.connect(attempt.socket(), attempt.target(), timeout));
        Connection connection = new Connection(socket, attempt.target(), timeSource, connectionLimits);
        connectionSet.add(connection);
        return connection;
    }

    /** Runs the handler and returns the reason why the connection ended. */
    private String serve(Connection connection, TimeSource timeSource, BackoffSequence retries)
            throws InterruptedException {
        long since = timeSource.nanos();
        try {
            connectionHandler.handle(connection);
            return connection.isAtEndOfStream()
                    ? connection.peer() + " closed the connection"
                    : "the handler closed the connection with " + connection.peer();
        } catch (InterruptedException e) {
            throw e;
        } catch (DisconnectedException e) {
            return IoMessages.oneLine(e);
        } catch (Exception | StackOverflowError e) {
            log.debug("connection with {} ended by", connection.peer(), e);
            return "connection with " + connection.peer() + " ended: " + IoMessages.oneLine(e);
        } finally {
            if (timeSource.nanos() - since > reconnect.get().max().toNanos()) {
                retries.reset();
            }
        }
    }

    private boolean isAddressChanged(Attempt attempt) {
        return !attempt.target().equals(server.get());
    }

    /**
     * Connection attempt. The socket exists before it is connected, and closing it ends the attempt or the connection.
     */
    private record Attempt(Address target, Socket socket) {

        void close() {
            Sockets.close(socket);
        }
    }
}
