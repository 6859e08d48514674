package dev.ginkgo.hub.http;

import dev.ginkgo.hub.http.server.ConnectionInitializer;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * The end of a front, in order: nobody is sent here any more, then nobody comes in, then those who read are bidden
 * farewell one after another, so that they do not all knock at the next door in one moment. Like the deadline of a
 * stop it goes by real time.
 */
final class GracefulShutdown {
    /** Streams end in so many groups at most. */
    private static final int MAX_GROUPS = 25;

    /** How long the last bytes may take: whoever reads has them by then, and whoever does not holds nobody up. */
    private static final Duration FLUSH_TIMEOUT = Duration.ofMillis(300);

    private final RandomGenerator random;
    private volatile boolean draining;
    private volatile boolean rejecting;

    GracefulShutdown(RandomGenerator random) {
        this.random = random;
    }

    /** Whether it has begun: readiness is down from then on. */
    boolean isDraining() {
        return draining;
    }

    /** Whether nothing is taken any more. */
    boolean isRejecting() {
        return rejecting;
    }

    /** Readiness falls; for so long all is served as before, and then nobody comes in any more. */
    void drain(Channel listener, Duration delay) throws InterruptedException {
        draining = true;
        listener.closeFuture().await(delay.toMillis());
        listener.close().awaitUninterruptibly();
        rejecting = true;
    }

    /** Ends what is open. */
    void closeConnections(ConnectionInitializer connectionInitializer, StreamRegistry open, Duration spread)
            throws InterruptedException {
        connectionInitializer.drain();
        List<StreamRegistry.OpenStream> streams = new ArrayList<>(open.all());
        Collections.shuffle(streams, Random.from(random));
        int groups = Math.clamp(streams.size(), 1, MAX_GROUPS);
        for (int group = 0; group < groups; group++) {
            if (group > 0) {
                connectionInitializer.awaitClosed(spread.dividedBy(groups));
            }
            int from = streams.size() * group / groups;
            int to = streams.size() * (group + 1) / groups;
            streams.subList(from, to).forEach(openStream -> openStream.bye(DisconnectReason.STOPPING));
        }
        connectionInitializer.awaitClosed(FLUSH_TIMEOUT);
    }
}
