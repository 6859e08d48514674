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
 * TCP connection that reads and writes lines of UTF-8 text, or writes bytes. It belongs to the {@link ConnectionHandler}
 * that received it, and is closed when the handler ends.
 *
 * <p>One thread may read while others write. Each write is sent as a whole, in the order of the calls. There is no queue:
 * a write blocks while the peer does not read. If a single write blocks longer than the service's {@code write-timeout},
 * the connection is closed and the write throws an {@code IOException} with that reason. After the connection has ended,
 * all methods except {@code close} throw an {@code IOException}; the same happens when a stop interrupts the calling task.
 */
public final class Connection implements AutoCloseable {
    private static final long NOT_WRITING = 0;

    private final Socket socket;
    private final Address peer;
    private final TimeSource timeSource;
    private final ConnectionLimits connectionLimits;
    private final LineReader lineReader;

    /** Serializes writes. Held while a write blocks; closing the socket releases it. */
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

    /** Returns the address of the peer. */
    public Address peer() {
        return peer;
    }

    /**
     * Reads the next line and returns it without its line end, {@code \n} or {@code \r\n}; blocks until there is one.
     * An empty line is {@code ""}. The last line of the stream may lack a line end.
     *
     * @return null at the end of the stream
     * @throws IOException if the connection is lost; if the line is not valid UTF-8 (the next line can still be read);
     *     or if the line is longer than {@code max-line} (the connection is closed)
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
     * Writes a line followed by {@code \n}, in one write.
     *
     * @throws IllegalArgumentException if the text contains a line end, which would make it two lines for the peer
     * @throws IOException if the connection is lost, or the peer does not read
     */
    public void writeLine(String line) throws IOException {
        if (line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("a line must not contain a line end; write each line separately");
        }
        write((line + '\n').getBytes(UTF_8));
    }

    /**
     * Writes all bytes.
     *
     * @throws IOException if the connection is lost, or the peer does not read; some of the bytes may have been sent
     */
    public void write(byte[] bytes) throws IOException {
        writing.lock();
        try {
            writingSince = timeSource.nanos() | 1; // never NOT_WRITING; an error of one nanosecond does not matter
            socket.getOutputStream().write(bytes);
        } catch (SocketException e) {
            throw writeStalled ? writeStalled(e) : disconnectedException(e);
        } finally {
            writingSince = NOT_WRITING;
            writing.unlock();
        }
    }

    /**
     * Closes the connection. Threads that are reading or writing get an {@code IOException}. Further calls have no
     * effect.
     */
    @Override
    public void close() {
        Sockets.close(socket);
    }

    /** Returns whether the peer has ended its side and everything it sent has been read. */
    boolean isAtEndOfStream() {
        return lineReader.ended();
    }

    /**
     * Closes the connection if a write has exceeded the write timeout. Called periodically by the service, because a
     * blocking write has no timeout of its own.
     */
    void closeIfWriteStalled() {
        long since = writingSince;
        if (since != NOT_WRITING
                && timeSource.nanos() - since
                        > connectionLimits.writeTimeout().get().toNanos()) {
            writeStalled = true;
            try {
                socket.setSoLinger(true, 0); // discards unsent data immediately
            } catch (SocketException e) {
                // closed in the meantime
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
        String timeout = Durations.toHumanString(connectionLimits.writeTimeout().get());
        IOException failure = new SocketTimeoutException("peer " + peer + " did not read for " + timeout);
        failure.initCause(e);
        return failure;
    }
}
