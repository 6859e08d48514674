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
    private final TimeSource time;
    private final Duration patience;
    private final Thread watch;
    private volatile long heard;
    private volatile boolean silent;

    /**
     * @param patience how long a silence may be
     */
    HubStream(InputStream in, StreamEventParser reader, TimeSource time, Duration patience) {
        this.in = in;
        this.lines = new LineInput(in, LONGEST_LINE, ClientExitCode.NO_HUB);
        this.reader = reader;
        this.time = time;
        this.patience = patience;
        heard = time.nanos();
        watch = Thread.ofVirtual().name("ginkgo-silence").unstarted(this::watch);
    }

    /** Begins to watch for silence. */
    HubStream open() {
        watch.start();
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
            heard = time.nanos();
            if (silent) {
                throw new IOException("it was closed for its silence"); // told below
            }
            return line.filter(whole -> !lines.isCut()).map(reader::read);
        } catch (IOException e) {
            throw silent ? new IOException("nothing has come for " + Durations.shortly(patience), e) : e;
        }
    }

    /** Whether the next event would have to be waited for. */
    boolean isDry() throws IOException {
        return lines.isDry();
    }

    private void watch() {
        while (!Thread.currentThread().isInterrupted()) {
            long deadline = heard + patience.toNanos();
            if (deadline - time.nanos() <= 0) {
                silent = true;
                closeQuietly();
                return;
            }
            time.park(deadline);
        }
    }

    @Override
    public void close() {
        watch.interrupt();
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
