package dev.ginkgo.run.client;

import dev.ginkgo.config.Durations;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * One connection on which messages come. The hub writes at least a heartbeat every fifteen seconds, so a long silence
 * means that the connection is dead, although neither side has been told (a cable, a firewall that forgets).
 */
final class HubStream implements AutoCloseable {
    private static final int LONGEST_LINE = 1 << 30;

    private final InputStream in;
    private final LineInput lines;
    private final StreamEventParser reader;
    private final TimeSource timeSource;
    private final Duration silenceTimeout;
    private final Thread watchdog;
    private volatile long lastReadNanos;
    private volatile boolean timedOut;

    /**
     * @param patience how long a silence may be
     */
    HubStream(InputStream in, StreamEventParser reader, TimeSource timeSource, Duration patience) {
        this.in = in;
        this.lines = new LineInput(in, LONGEST_LINE, ClientExitCode.NOT_A_HUB);
        this.reader = reader;
        this.timeSource = timeSource;
        this.silenceTimeout = patience;
        lastReadNanos = timeSource.nanos();
        watchdog = Thread.ofVirtual().name("ginkgo-silence").unstarted(this::watchdog);
    }

    /** Begins to watch for silence. */
    HubStream startWatchdog() {
        watchdog.start();
        return this;
    }

    /**
     * Waits for the next event; nothing at the end.
     *
     * @throws IOException if the connection breaks, or is too silent
     */
    Optional<StreamEvent> next() throws IOException {
        try {
            Optional<byte[]> line = lines.next();
            while (line.isPresent() && line.get().length == 0) {
                line = lines.next();
            }
            lastReadNanos = timeSource.nanos();
            if (timedOut) {
                throw new IOException("it was closed for its silence"); // told below
            }
            return line.filter(whole -> !lines.isTruncated()).map(reader::parse);
        } catch (IOException e) {
            throw timedOut ? new IOException("nothing has come for " + Durations.toHumanString(silenceTimeout), e) : e;
        }
    }

    /** Whether the next event would have to be waited for. */
    boolean wouldBlock() throws IOException {
        return lines.wouldBlock();
    }

    private void watchdog() {
        while (!Thread.currentThread().isInterrupted()) {
            long deadline = lastReadNanos + silenceTimeout.toNanos();
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
            // it is of no more use in any case
        }
    }
}
