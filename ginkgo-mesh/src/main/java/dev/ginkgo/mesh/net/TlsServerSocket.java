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
 * each has a thread of its own and {@value #SECONDS} seconds, unless too many come meanwhile: see {@link PendingHandshakes}.
 */
public final class TlsServerSocket extends ServerSocket {
    private static final int SECONDS = 3;
    private static final int INSIDE = 64;
    private static final long LOOK_MILLIS = 250;

    private static final Logger LOG = LoggerFactory.getLogger(TlsServerSocket.class);

    private final SSLContext tls;
    private final LogRateLimiter strangers;
    private final TaskSpawner spawn;
    private final PendingHandshakes porch = new PendingHandshakes();
    private final BlockingQueue<Socket> inside = new LinkedBlockingQueue<>(INSIDE);

    /** Runs a body as a task of the engine; throws IllegalStateException when it stops. */
    public interface TaskSpawner {
        void task(String name, TaskBody body);
    }

    TlsServerSocket(SSLContext tls, LogRateLimiter strangers, TaskSpawner spawn) throws IOException {
        this.tls = tls;
        this.strangers = strangers;
        this.spawn = spawn;
    }

    @Override
    public void bind(SocketAddress address, int backlog) throws IOException {
        super.bind(address, backlog);
        spawn.task("door", this::let);
    }

    private void let() throws InterruptedException {
        while (!isClosed()) {
            try {
                ask(super.accept());
            } catch (IOException e) {
                if (!isClosed()) {
                    turnedAway(String.valueOf(e.getMessage()));
                    pause();
                }
            }
        }
    }

    private void turnedAway(String last) {
        long times = strangers.count();
        if (times > 0) {
            LOG.warn("turned away {} that do not know the secret of this cluster; the last was {}", times, last);
        }
    }

    /** There may be no descriptor left, and trying at once would only take the time of those that could free one. */
    private static void pause() throws InterruptedException {
        new Semaphore(0).tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void ask(Socket outside) throws IOException {
        porch.come(outside);
        try {
            spawn.task("handshake", () -> {
                try {
                    shake(outside);
                } finally {
                    porch.gone(outside);
                }
            });
        } catch (IllegalStateException stopped) {
            porch.gone(outside);
            outside.close();
        }
    }

    private void shake(Socket outside) throws InterruptedException, IOException {
        Thread clock = Thread.ofVirtual().start(() -> hangUpLate(outside));
        try {
            outside.setSoTimeout((int) Duration.ofSeconds(SECONDS).toMillis());
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(outside, null, outside.getPort(), true);
            socket.setUseClientMode(false);
            socket.setNeedClientAuth(true);
            socket.startHandshake();
            clock.interrupt();
            socket.setSoTimeout(0);
            if (!inside.offer(socket) || isClosed()) {
                socket.close();
            }
        } catch (IOException e) {
            if (!hasHungUp(e)) {
                turnedAway(outside.getRemoteSocketAddress() + ": " + e.getMessage());
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
    private static boolean hasHungUp(IOException failed) {
        return failed.getCause() instanceof EOFException || "Connection reset".equals(failed.getMessage());
    }

    private static void hangUpLate(Socket outside) {
        try {
            new Semaphore(0).tryAcquire(SECONDS, TimeUnit.SECONDS);
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
                Socket next = inside.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
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
        porch.close();
        for (Socket each = inside.poll(); each != null; each = inside.poll()) {
            each.close();
        }
    }
}
