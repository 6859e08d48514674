package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.Time;
import dev.ginkgo.cluster.Epoch;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.cluster.Policy;
import dev.ginkgo.cluster.Trust;
import dev.ginkgo.cluster.spi.Ports;
import dev.ginkgo.cluster.spi.Seat;
import dev.ginkgo.cluster.spi.Site;
import dev.ginkgo.cluster.spi.Stamp;
import dev.ginkgo.cluster.spi.Terms;
import dev.ginkgo.config.Address;
import dev.ginkgo.testing.TestTree;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From when a lease counts, if its renewal takes long. */
class StampTest {
    private static final Duration LONG = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    /** The machine's time, which may jump: as for a node that is frozen for a moment. */
    private static final class Jumping implements Time {
        private final AtomicLong ahead = new AtomicLong();

        @Override
        public Instant now() {
            return Time.system().now().plusNanos(ahead.get());
        }

        @Override
        public long nanos() {
            return Time.system().nanos() + ahead.get();
        }

        @Override
        public void park(long deadline) {
            Time.system().park(deadline - ahead.get());
        }

        @Override
        public void unpark(Thread thread) {
            Time.system().unpark(thread);
        }
    }

    private static final class Around extends Service {
        Around(MeshCoordinator engine) {
            add("engine", engine);
        }
    }

    @Test
    @DisplayName(
            "K-13 a lease counts from before its renewal was sent: a node that is frozen until it is committed has less")
    void fromBeforeItWasSent() throws Exception {
        Jumping time = new Jumping();
        List<Duration> ages = new CopyOnWriteArrayList<>();
        Seat seat = new Seat() {
            @Override
            public Terms terms() {
                return new Terms(Duration.ofSeconds(5), Duration.ofMillis(100));
            }

            @Override
            public void roster(List<Member> members) {}

            @Override
            public void leader(String name, Epoch epoch) {
                time.ahead.addAndGet(
                        LONG.toNanos()); // the renewal is committed, and the one who asked does not know it yet
            }

            @Override
            public boolean renewed(Epoch epoch, Stamp start) {
                ages.add(start.elapsed(time));
                return true;
            }

            @Override
            public void ended(Epoch epoch) {}
        };
        Address here = Ports.free();
        MeshCoordinator engine = new MeshCoordinator(here.toString());
        try (TestTree<Around> _ = TestTree.start(new Around(engine), time)) {
            Site site = new Site(here, List.of(), 1, folder, Trust.none(), Policy.QUORUM);
            long incarnation = engine.prepare(site);
            engine.join(new Member(here.toString(), incarnation, here, Optional.empty(), Optional.empty(), "1"), seat);
            await().atMost(Clusters.PATIENCE).until(() -> !ages.isEmpty());
            engine.leave();
        }
        assertThat(ages.getFirst()).isGreaterThanOrEqualTo(LONG);
    }
}
