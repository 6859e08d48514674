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
 * A server socket that gives only connections of which the other side has proved that it knows the secret. JGroups
 * would do the handshake on the thread that accepts, where one stranger who says nothing keeps all others waiting; here
 * each has a thread of its own and {@value #HANDSHAKE_TIMEOUT_SECONDS} seconds, unless too many come meanwhile: see {@link PendingHandshakes}.
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

    /** Runs a body as a task of the engine; throws IllegalStateException when it stops. */
    public interface TaskSpawner {
        void spawn(String name, TaskBody taskBody);
    }

    TlsServerSocket(SSLContext tls, LogRateLimiter strangers, TaskSpawner taskSpawner) throws IOException {
        this.tls = tls;
        this.rejectedLog = strangers;
        this.taskSpawner = taskSpawner;
    }

    @Override
    public void bind(SocketAddress address, int backlog) throws IOException {
        super.bind(address, backlog);
        taskSpawner.spawn("door", this::acceptLoop);
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
        long times = rejectedLog.countEvent();
        if (times > 0) {
            LOG.warn("turned away {} that do not know the secret of this cluster; the last was {}", times, last);
        }
    }

    /** There may be no descriptor left, and trying at once would only take the time of those that could free one. */
    private static void pause() throws InterruptedException {
        new Semaphore(0).tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void startHandshake(Socket outside) throws IOException {
        pending.add(outside);
        try {
            taskSpawner.spawn("handshake", () -> {
                try {
                    handshake(outside);
                } finally {
                    pending.remove(outside);
                }
            });
        } catch (IllegalStateException stopped) {
            pending.remove(outside);
            outside.close();
        }
    }

    private void handshake(Socket outside) throws InterruptedException, IOException {
        Thread clock = Thread.ofVirtual().start(() -> closeAfterTimeout(outside));
        try {
            outside.setSoTimeout(
                    (int) Duration.ofSeconds(HANDSHAKE_TIMEOUT_SECONDS).toMillis());
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(outside, null, outside.getPort(), true);
            socket.setUseClientMode(false);
            socket.setNeedClientAuth(true);
            socket.startHandshake();
            clock.interrupt();
            socket.setSoTimeout(0);
            if (!accepted.offer(socket) || isClosed()) {
                socket.close();
            }
        } catch (IOException e) {
            if (!isDisconnect(e)) {
                logRejected(outside.getRemoteSocketAddress() + ": " + e.getMessage());
            }
            outside.close();
        } finally {
            clock.interrupt();
        }
    }

    /**
     * Whoever goes before it has said who it is has not shown that it does not know the secret: two nodes that call each
     * other keep one of the two calls, and those who only look whether somebody listens come all the time.
     */
    private static boolean isDisconnect(IOException failed) {
        return failed.getCause() instanceof EOFException || "Connection reset".equals(failed.getMessage());
    }

    private static void closeAfterTimeout(Socket outside) {
        try {
            new Semaphore(0).tryAcquire(HANDSHAKE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            outside.close();
        } catch (InterruptedException _) {
            // it was in time
        } catch (IOException _) {
            // closed already
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
