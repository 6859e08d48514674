package dev.ginkgo.hub.http;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Graceful shutdown of the HTTP front: readiness fails, then the port is closed, then the streams end one after another,
 * so that the clients do not all reconnect to another node at the same moment. Measured in real time, like the shutdown
 * deadline.
 */
final class GracefulShutdown {
    /** Maximum number of groups in which the streams end. */
    private static final int MAX_GROUPS = 25;

    /** Time to flush the last bytes. Enough for clients that read; those that do not must not delay the shutdown. */
    private static final Duration FLUSH_TIMEOUT = Duration.ofMillis(300);

    private final RandomGenerator random;
    private volatile boolean draining;
    private volatile boolean rejecting;

    GracefulShutdown(RandomGenerator random) {
        this.random = random;
    }

    /** Returns whether the shutdown has begun; from then on the hub is not ready. */
    boolean isDraining() {
        return draining;
    }

    /** Returns whether new requests are rejected. */
    boolean isRejecting() {
        return rejecting;
    }

    /** Fails readiness, serves on for the delay, then closes the port and rejects new requests. */
    void drain(Channel listener, Duration delay) throws InterruptedException {
        draining = true;
        listener.closeFuture().await(delay.toMillis());
        listener.close().awaitUninterruptibly();
        rejecting = true;
    }

    /**
     * Ends the open connections: idle ones at once, others after their response, and the streams in groups over {@code
     * spread}.
     */
    void closeConnections(ConnectionInitializer connections, StreamRegistry registry, Duration spread)
            throws InterruptedException {
        connections.drain();
        List<StreamRegistry.OpenStream> streams = new ArrayList<>(registry.stop());
        Collections.shuffle(streams, Random.from(random));
        int groups = Math.clamp(streams.size(), 1, MAX_GROUPS);
        for (int group = 0; group < groups; group++) {
            if (group > 0) {
                connections.awaitClosed(spread.dividedBy(groups));
            }
            int from = streams.size() * group / groups;
            int to = streams.size() * (group + 1) / groups;
            streams.subList(from, to).forEach(openStream -> openStream.endGracefully(DisconnectReason.STOPPING));
        }
        connections.awaitClosed(FLUSH_TIMEOUT);
    }
}
