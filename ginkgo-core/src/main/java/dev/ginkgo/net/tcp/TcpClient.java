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
 * Stays connected to a server and runs a handler on each connection, one at a time, in a task named {@code
 * connection}. It is ready while connected and degraded otherwise, with the reason; a server that is down when the
 * client starts therefore does not fail the start, which waits for the first attempt only, and for 2 s at most.
 *
 * <p>When the connection ends, be it by the peer or by the handler, the client pauses and connects again, for ever.
 * The pauses grow as {@code reconnect} says, and begin anew after a connection that lived longer than its {@code
 * max}: a server that accepts and closes, even after a greeting, is not hammered.
 *
 * <p>Where the address is a setting and a reload changes it, the connection to the old address is closed, and the
 * new one is tried as soon as the handler has noticed, at its next read or write.
 */
public final class TcpClient extends Service {
    /** A start does not wait longer for an answer, be it that a name is looked up or that nobody answers. */
    private static final Duration MAX_START_WAIT = Duration.ofSeconds(2);

    private final Setting<Backoff> reconnect = setting(
                    "reconnect", new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10)))
            .help("The pause before connecting again: from min, doubling, to max");

    private final Setting<Duration> connectTimeout = setting("connect-timeout", Duration.ofSeconds(5))
            .between(Duration.ofMillis(1), Duration.ofMinutes(10))
            .help("How long one attempt to connect may take");

    private final Setting<Duration> writeTimeout = setting("write-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long the server may let one write wait before the connection is ended");

    private final Setting<Size> maxLine =
            setting("max-line", Size.ofKibibytes(64)).help("The longest line that the server may send");

    private final ConnectionLimits connectionLimits = new ConnectionLimits(maxLine, writeTimeout);
    private final Supplier<Address> server;
    private final ConnectionHandler connectionHandler;
    private final RandomGenerator random;

    private volatile @Nullable WakeableTimer pauseTimer;
    private volatile @Nullable Attempt currentAttempt;

    /**
     * Declares a client.
     *
     * @param server where to connect, asked at each attempt; usually a {@link Setting} of the parent
     * @param connectionHandler runs once for each connection
     */
    public TcpClient(Supplier<Address> server, ConnectionHandler connectionHandler) {
        this(server, connectionHandler, RandomGenerator.getDefault());
    }

    /** With a test's own dice. */
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
                "patience",
                MAX_START_WAIT,
                () -> firstAttemptGate.runUnlessFinished(() -> degraded("still connecting to " + server.get())));
        every("stuck-writes", connectionLimits::checkInterval, connectionSet::closeStalledWrites);
    }

    @Override
    protected void onReload() {
        Attempt attempt = currentAttempt;
        WakeableTimer timer = pauseTimer;
        if (attempt != null && timer != null && isAddressChanged(attempt)) {
            log.info("the server's address is {} now, leaving {}", server.get(), attempt.target());
            attempt.close();
            timer.wake();
        }
    }

    private void stayConnected(
            ConnectionSet connectionSet, FirstAttemptGate firstAttemptGate, TimeSource timeSource, WakeableTimer timer)
            throws InterruptedException {
        BackoffSequence retries = BackoffSequence.shortenedByUpToHalf(random);
        boolean news = true;
        while (true) {
            Attempt attempt = new Attempt(server.get(), new Socket());
            currentAttempt = attempt; // and only then look, so that either this thread or onReload sees a move
            if (isAddressChanged(attempt)) {
                continue;
            }
            String end;
            try (Connection connection = connect(attempt, connectionSet, timeSource)) {
                news = true;
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
            log.atLevel(news ? Level.WARN : Level.DEBUG).log(end); // once for each outage
            news = false;
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

    /** Runs the handler, and tells why the connection has ended. */
    private String serve(Connection connection, TimeSource timeSource, BackoffSequence retries)
            throws InterruptedException {
        long since = timeSource.nanos();
        try {
            connectionHandler.handle(connection);
            return connection.isAtEndOfStream()
                    ? connection.peer() + " ended the connection"
                    : "the handler left " + connection.peer();
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

    /** A connection from before it is made; closing the socket ends it in every phase. */
    private record Attempt(Address target, Socket socket) {

        void close() {
            Sockets.close(socket);
        }
    }
}
