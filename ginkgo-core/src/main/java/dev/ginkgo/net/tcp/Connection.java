package dev.ginkgo.net.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.net.Sockets;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection, in lines of UTF-8 or in bytes. It belongs to the {@link ConnectionHandler} that was given it and is
 * closed when that ends.
 *
 * <p>One thread may read while others write; each write goes out whole, in the order of the calls, with no queue
 * between: a writer waits for its peer. If a single write waits longer than the service's {@code write-timeout}, the
 * connection is ended and the writer gets an {@code IOException} that says so. All methods but {@code close} throw
 * an {@code IOException} once the connection has ended, also when the calling task is interrupted by a stop.
 */
public final class Connection implements AutoCloseable {
    private static final long NOT_WRITING = 0;

    private final Socket socket;
    private final Address peer;
    private final TimeSource timeSource;
    private final ConnectionLimits connectionLimits;
    private final LineReader lineReader;

    /** Keeps writes whole. Held during a write; a closed socket frees the holder. */
    private final ReentrantLock writing = new ReentrantLock();

    private volatile long writingSince = NOT_WRITING;
    private volatile boolean writeStalled;

    Connection(Socket socket, Address peer, TimeSource timeSource, ConnectionLimits connectionLimits) {
        this.socket = socket;
        this.peer = peer;
        this.timeSource = timeSource;
        this.connectionLimits = connectionLimits;
        lineReader = new LineReader(this::read, connectionLimits.maxLine(), peer);
    }

    /** The other end. */
    public Address peer() {
        return peer;
    }

    /**
     * Waits for the next line and returns it without its end, {@code \n} or {@code \r\n}. A blank line is {@code ""};
     * the last line of the stream need not have an end.
     *
     * @return null at the end of the stream
     * @throws IOException if the connection is lost; if the line is not valid UTF-8 (the next line can be read); if
     *     it is longer than {@code max-line} (the connection is ended)
     */
    public @Nullable String readLine() throws IOException {
        try {
            return lineReader.next();
        } catch (LineReader.LineTooLongException e) {
            close();
            throw e;
        }
    }

    /**
     * Writes a line and its end, {@code \n}, at once.
     *
     * @throws IllegalArgumentException if the text holds a line's end: it would be two lines for the peer
     * @throws IOException if the connection is lost, or the peer does not read
     */
    public void writeLine(String line) throws IOException {
        if (line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("a line must not hold a line's end; write each line by itself");
        }
        write((line + '\n').getBytes(UTF_8));
    }

    /**
     * Writes all of the bytes.
     *
     * @throws IOException if the connection is lost, or the peer does not read; some of the bytes may have gone out
     */
    public void write(byte[] bytes) throws IOException {
        writing.lock();
        try {
            writingSince = timeSource.nanos() | 1; // never "nobody writes"; a nanosecond is neither here nor there
            socket.getOutputStream().write(bytes);
        } catch (SocketException e) {
            throw writeStalled ? writeStalled(e) : disconnectedException(e);
        } finally {
            writingSince = NOT_WRITING;
            writing.unlock();
        }
    }

    /** Ends the connection, also under a thread that reads or writes. Closing twice is fine. */
    @Override
    public void close() {
        Sockets.close(socket);
    }

    /** Whether the peer has ended its side and all that it sent was read. */
    boolean isAtEndOfStream() {
        return lineReader.ended();
    }

    /** Called by the service from time to time: a blocking write has no time limit of its own. */
    void closeIfWriteStalled() {
        long since = writingSince;
        if (since != NOT_WRITING
                && timeSource.nanos() - since
                        > connectionLimits.writeTimeout().get().toNanos()) {
            writeStalled = true;
            try {
                socket.setSoLinger(true, 0); // what the peer did not read is thrown away at once
            } catch (SocketException e) {
                // Closed meanwhile.
            }
            close();
        }
    }

    private int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return timeSource.callBlocking(() -> socket.getInputStream().read(buffer, offset, length));
        } catch (SocketException e) {
            throw disconnectedException(e);
        }
    }

    private IOException disconnectedException(SocketException e) {
        return new DisconnectedException("connection with " + peer + " is lost: " + e.getMessage(), e);
    }

    private IOException writeStalled(SocketException e) {
        String waited = Durations.toHumanString(connectionLimits.writeTimeout().get());
        IOException told = new SocketTimeoutException("peer " + peer + " did not read for " + waited);
        told.initCause(e);
        return told;
    }
}
