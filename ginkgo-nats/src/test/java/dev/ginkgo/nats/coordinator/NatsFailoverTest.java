package dev.ginkgo.nats.coordinator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.nats.testing.NatsServers;
import dev.ginkgo.nats.testing.TcpRelay;
import dev.ginkgo.time.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Coordinators with the default lease while nodes, connections and servers fail. */
class NatsFailoverTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private @Nullable Path folder;

    private static CoordinatorNode leader(CoordinatorNode... nodes) {
        await().atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> Stream.of(nodes).anyMatch(CoordinatorNode::isLeading));
        return Stream.of(nodes).filter(CoordinatorNode::isLeading).findFirst().orElseGet(() -> leader(nodes));
    }

    /** Samples continuously whether two nodes lead. */
    private static final class OverlapDetector implements AutoCloseable {
        final AtomicBoolean overlap = new AtomicBoolean();
        private final Thread thread;

        OverlapDetector(CoordinatorNode... nodes) {
            thread = Thread.ofPlatform().daemon().start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    int leading = 0;
                    for (CoordinatorNode node : nodes) {
                        leading += node.isLeading() ? 1 : 0;
                    }
                    if (leading > 1) {
                        overlap.set(true);
                    }
                    java.util.concurrent.locks.LockSupport.parkNanos(500_000);
                }
            });
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    @Test
    @DisplayName("N-14: a leader that is killed is replaced when its lease has expired, and leaves the roster")
    void killedLeaderIsReplaced() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                CoordinatorNode a = new CoordinatorNode(1, servers.setting());
                CoordinatorNode b = new CoordinatorNode(2, servers.setting())) {
            CoordinatorNode first = leader(a, b);
            CoordinatorNode second = first == a ? b : a;
            await().atMost(TIMEOUT).until(() -> second.names().size() == 2);
            Epoch epoch = first.promotions.getLast();
            long start = TimeSource.system().nanos();

            first.close();

            await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(10)).until(second::isLeading);
            Duration failover = Duration.ofNanos(TimeSource.system().nanos() - start);
            assertThat(failover).isGreaterThan(Duration.ofMillis(700)); // it has waited for the lease to expire
            assertThat(epoch.isBefore(second.promotions.getLast())).isTrue();
            await().atMost(TIMEOUT).until(() -> second.names().equals(List.of(second.self.name())));
        }
    }

    @Test
    @Tag("long")
    @DisplayName("N-14: in a partition of 20 s, no two leases are valid at once")
    void longPartition() throws Exception {
        partition(Duration.ofSeconds(20));
    }

    private void partition(Duration duration) throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                TcpRelay toA = new TcpRelay(servers.addresses().getFirst());
                TcpRelay toB = new TcpRelay(servers.addresses().getFirst());
                CoordinatorNode a = new CoordinatorNode(1, "servers = ['" + toA.address() + "']");
                CoordinatorNode b = new CoordinatorNode(2, "servers = ['" + toB.address() + "']");
                OverlapDetector detector = new OverlapDetector(a, b)) {
            CoordinatorNode first = leader(a, b);
            CoordinatorNode second = first == a ? b : a;
            TcpRelay toFirst = first == a ? toA : toB;
            await().atMost(TIMEOUT).until(() -> second.names().size() == 2);
            long start = TimeSource.system().nanos();

            toFirst.cut(true);

            await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(10)).until(second::isLeading);
            assertThat(first.isLeading()).isFalse();
            await().atMost(TIMEOUT).until(() -> second.names().equals(List.of(second.self.name())));
            await().atMost(TIMEOUT.plus(duration))
                    .until(() -> TimeSource.system().nanos() - start > duration.toNanos());
            toFirst.cut(false);

            await().atMost(TIMEOUT).until(() -> second.promotions.getLast().equals(first.known()));
            await().atMost(TIMEOUT)
                    .until(() -> second.names().size() == 2 && first.names().size() == 2);
            assertThat(second.isLeading()).isTrue();
            assertThat(detector.overlap).isFalse();
        }
    }

    @Test
    @DisplayName(
            "N-11: while the server is down, nodes are degraded with the reason and keep their roster, and leadership"
                    + " ends by lease; when it is back, leadership returns with a higher epoch")
    void serverIsRestarted() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                CoordinatorNode a = new CoordinatorNode(1, servers.setting());
                CoordinatorNode b = new CoordinatorNode(2, servers.setting());
                OverlapDetector detector = new OverlapDetector(a, b)) {
            CoordinatorNode first = leader(a, b);
            await().atMost(TIMEOUT)
                    .until(() -> a.names().size() == 2 && b.names().size() == 2);

            servers.kill(0);

            await().atMost(TIMEOUT).until(() -> !first.isLeading());
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(a.problem().orElse(""))
                            .contains("cannot connect to NATS at "
                                    + servers.addresses().getFirst()));
            assertThat(a.names()).hasSize(2);
            servers.restart(0);

            CoordinatorNode next = leader(a, b);
            assertThat(first.promotions.getFirst().isBefore(next.promotions.getLast()))
                    .isTrue();
            await().atMost(TIMEOUT)
                    .until(() -> a.problem().isEmpty() && b.problem().isEmpty());
            assertThat(a.names()).hasSize(2);
            assertThat(detector.overlap).isFalse();
        }
    }

    @Test
    @DisplayName("N-11: the incarnation of a node increases even if its clock is set back")
    void incarnationsIncrease() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1)) {
            long first;
            try (CoordinatorNode a = new CoordinatorNode(1, servers.setting())) {
                first = a.self.incarnation();
                a.leave();
            }
            TimeSource behind = new ShiftedTime(Duration.ofHours(-1));
            try (CoordinatorNode a = new CoordinatorNode(1, servers.setting(), behind)) {
                assertThat(a.self.incarnation()).isGreaterThan(first);
                leader(a);
                a.leave();
            }
        }
    }

    @Test
    @Tag("long")
    @DisplayName("N-14: when one of three servers is killed, a bucket with three replicas continues to have a leader")
    void oneOfThreeServersIsKilled() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 3)) {
            String settings = servers.setting() + "\nreplicas = 3";
            try (CoordinatorNode a = new CoordinatorNode(1, settings);
                    CoordinatorNode b = new CoordinatorNode(2, settings);
                    OverlapDetector detector = new OverlapDetector(a, b)) {
                leader(a, b);
                for (int server = 0; server < 3; server++) {
                    servers.kill(server);
                    await().atMost(TIMEOUT)
                            .until(() -> a.problem().isEmpty() && b.problem().isEmpty());
                    leader(a, b);
                    servers.restart(server);
                    long since = TimeSource.system().nanos();
                    await().atMost(TIMEOUT)
                            .until(() -> TimeSource.system().nanos() - since
                                    > Duration.ofSeconds(5).toNanos()); // the server catches up
                    leader(a, b);
                }
                assertThat(detector.overlap).isFalse();
            }
        }
    }

    /** The system's time, with another wall clock. */
    private record ShiftedTime(Duration shift) implements TimeSource {
        @Override
        public Instant now() {
            return TimeSource.system().now().plus(shift);
        }

        @Override
        public long nanos() {
            return TimeSource.system().nanos();
        }

        @Override
        public void park(long deadline) {
            TimeSource.system().park(deadline);
        }

        @Override
        public void unpark(Thread thread) {
            TimeSource.system().unpark(thread);
        }
    }
}
