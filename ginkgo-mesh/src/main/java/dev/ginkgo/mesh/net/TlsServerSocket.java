package dev.ginkgo.mesh.net;

import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.lifecycle.TaskBody;
import java.io.EOFException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server socket that returns only connections whose client has proved that it knows the secret. JGroups would do the
 * handshake on the accepting thread, where one silent client blocks all others. Here each handshake runs as a task of
 * its own and may take {@value #HANDSHAKE_TIMEOUT_SECONDS} seconds, less if too many are pending: see {@link
 * PendingHandshakes}.
 */
public final class TlsServerSocket extends ServerSocket {
    private static final int HANDSHAKE_TIMEOUT_SECONDS = 3;
    private static final int MAX_ACCEPTED = 64;
    private static final long POLL_MILLIS = 250;

    private static final Logger LOG = LoggerFactory.getLogger(TlsServerSocket.class);

    private final SSLContext tls;
    private final LogRateLimiter rejectedLog;
    private final TaskSpawner taskSpawner;
    private final PendingHandshakes pending = new PendingHandshakes();
    private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>(MAX_ACCEPTED);

    /** Starts tasks of the engine. */
    public interface TaskSpawner {

        /**
         * Starts a task.
         *
         * @throws IllegalStateException if the engine is stopping
         */
        void spawn(String name, TaskBody taskBody);
    }

    TlsServerSocket(SSLContext tls, LogRateLimiter rejectedLog, TaskSpawner taskSpawner) throws IOException {
        this.tls = tls;
        this.rejectedLog = rejectedLog;
        this.taskSpawner = taskSpawner;
    }

    @Override
    public void bind(SocketAddress address, int backlog) throws IOException {
        super.bind(address, backlog);
        taskSpawner.spawn("accept", this::acceptLoop);
    }

    private void acceptLoop() throws InterruptedException {
        while (!isClosed()) {
            try {
                startHandshake(super.accept());
            } catch (IOException e) {
                if (!isClosed()) {
                    logRejected(String.valueOf(e.getMessage()));
                    pause();
                }
            }
        }
    }

    private void logRejected(String last) {
        long count = rejectedLog.countEvent();
        if (count > 0) {
            LOG.warn("rejected {} connection(s) that do not have the secret of this cluster; last: {}", count, last);
        }
    }

    /**
     * Pauses after a failed accept. The process may be out of file descriptors; retrying immediately would take CPU
     * time from the threads that could free one.
     */
    private static void pause() throws InterruptedException {
        new Semaphore(0).tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void startHandshake(Socket socket) throws IOException {
        if (!pending.add(socket)) {
            return;
        }
        boolean spawned = false;
        try {
            taskSpawner.spawn("handshake", () -> handshake(socket));
            spawned = true;
        } catch (IllegalStateException _) {
            // the engine is stopping
        } finally {
            if (!spawned) {
                pending.remove(socket);
                socket.close();
            }
        }
    }

    /** Passes the connection to {@link #accept} if the client knows the secret, and closes it otherwise. */
    private void handshake(Socket socket) throws IOException {
        Thread timer = Thread.ofVirtual().start(() -> closeAfterTimeout(socket));
        boolean passedOn = false;
        try {
            passedOn = accepted.offer(authenticate(socket)) && !isClosed();
        } catch (IOException e) {
            if (!isDisconnect(e) && !isClosed()) {
                logRejected(socket.getRemoteSocketAddress() + ": " + e.getMessage());
            }
        } finally {
            timer.interrupt();
            pending.remove(socket);
            if (!passedOn) {
                socket.close();
            }
        }
    }

    private SSLSocket authenticate(Socket socket) throws IOException {
        socket.setSoTimeout((int) Duration.ofSeconds(HANDSHAKE_TIMEOUT_SECONDS).toMillis());
        SSLSocket tlsSocket = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, socket.getPort(), true);
        tlsSocket.setUseClientMode(false);
        tlsSocket.setNeedClientAuth(true);
        tlsSocket.startHandshake();
        tlsSocket.setSoTimeout(0);
        return tlsSocket;
    }

    /**
     * Returns whether the client disconnected during the handshake. That is no evidence of a wrong secret: two nodes
     * that connect to each other keep one of the two connections, and port probes connect and disconnect all the time.
     */
    private static boolean isDisconnect(IOException failed) {
        return failed.getCause() instanceof EOFException || "Connection reset".equals(failed.getMessage());
    }

    private static void closeAfterTimeout(Socket socket) {
        try {
            new Semaphore(0).tryAcquire(HANDSHAKE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            socket.close();
        } catch (InterruptedException _) {
            // the handshake ended in time
        } catch (IOException _) {
            // already closed
        }
    }

    @Override
    public Socket accept() throws IOException {
        try {
            while (!isClosed()) {
                Socket next = accepted.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    return next;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new SocketException("closed");
    }

    @Override
    public void close() throws IOException {
        super.close();
        pending.close();
        for (Socket each = accepted.poll(); each != null; each = accepted.poll()) {
            each.close();
        }
    }
}
