package dev.ginkgo.run.client;

import dev.ginkgo.config.Durations;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * One streaming connection to a hub. The hub sends at least a heartbeat every 15 s, so a longer silence means that the
 * connection is dead without either side having received a FIN or RST (an unplugged cable, a firewall that dropped its
 * state). A watchdog thread then closes the stream.
 */
final class HubStream implements AutoCloseable {
    private static final int MAX_LINE_BYTES = 1 << 30;

    private final InputStream in;
    private final LineInput lines;
    private final StreamEventParser parser;
    private final TimeSource timeSource;
    private final Duration idleTimeout;
    private final Thread watchdog;
    private volatile long lastReadNanos;
    private volatile boolean timedOut;

    /**
     * @param idleTimeout time without input after which the connection is closed
     */
    HubStream(InputStream in, StreamEventParser parser, TimeSource timeSource, Duration idleTimeout) {
        this.in = in;
        this.lines = new LineInput(in, MAX_LINE_BYTES, ClientExitCode.NOT_A_HUB);
        this.parser = parser;
        this.timeSource = timeSource;
        this.idleTimeout = idleTimeout;
        lastReadNanos = timeSource.nanos();
        watchdog = Thread.ofVirtual().name("ginkgo-idle-timeout").unstarted(this::watchdog);
    }

    /** Starts the idle timeout. */
    HubStream startWatchdog() {
        watchdog.start();
        return this;
    }

    /**
     * Waits for the next event; returns empty at the end of the stream.
     *
     * @param beforeWait called each time before this method waits for input, also for the rest of an event
     * @throws IOException if the connection breaks or the idle timeout expires
     */
    Optional<StreamEvent> next(Runnable beforeWait) throws IOException {
        try {
            Optional<byte[]> line = lines.next(beforeWait);
            while (line.isPresent() && line.get().length == 0) {
                line = lines.next(beforeWait);
            }
            lastReadNanos = timeSource.nanos();
            if (timedOut) {
                throw new IOException("closed by the idle timeout"); // replaced below
            }
            return line.filter(whole -> !lines.isTruncated()).map(parser::parse);
        } catch (IOException e) {
            throw timedOut ? new IOException("nothing received for " + Durations.toHumanString(idleTimeout), e) : e;
        }
    }

    private void watchdog() {
        while (!Thread.currentThread().isInterrupted()) {
            long deadline = lastReadNanos + idleTimeout.toNanos();
            if (deadline - timeSource.nanos() <= 0) {
                timedOut = true;
                closeQuietly();
                return;
            }
            timeSource.park(deadline);
        }
    }

    @Override
    public void close() {
        watchdog.interrupt();
        closeQuietly();
    }

    private void closeQuietly() {
        try {
            in.close();
        } catch (IOException _) {
            // the connection is being abandoned
        }
    }
}
