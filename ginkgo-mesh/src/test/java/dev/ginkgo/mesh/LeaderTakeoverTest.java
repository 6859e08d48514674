package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three that vote, whose leader ends without a word. */
class LeaderTakeoverTest {
    @TempDir
    Path folder;

    private final List<CoordinatorHarness> nodes = new ArrayList<>();
    private CoordinatorHarness leader;
    private CoordinatorHarness b;
    private CoordinatorHarness c;

    private CoordinatorHarness start(Address here, Path its, Address... join) throws Exception {
        CoordinatorHarness node = new CoordinatorHarness(here, List.of(join), its);
        nodes.add(node);
        return node;
    }

    @BeforeEach
    void three() throws Exception {
        leader = start(FreePorts.free(), folder);
        await().atMost(InProcessMesh.TIMEOUT).until(leader::hasLed);
        b = start(FreePorts.free(), folder, leader.identity);
        c = start(FreePorts.free(), folder, leader.identity);
        await().atMost(InProcessMesh.TIMEOUT)
                .until(() -> Stream.of(leader, b, c)
                        .allMatch(each -> each.coordinator.voters().size() == 3));
    }

    @AfterEach
    void stop() throws Exception {
        for (CoordinatorHarness each : nodes.reversed()) {
            each.leave();
        }
    }

    @Test
    @DisplayName("K-03 K-05 the next leader does not act before the last renewal of one that is gone is a term old")
    void waits() {
        leader.abort();
        await().atMost(InProcessMesh.TIMEOUT).until(() -> b.hasLed() || c.hasLed());
        long next = Stream.of(b, c)
                .filter(CoordinatorHarness::hasLed)
                .mapToLong(each -> each.firstRenewal)
                .min()
                .orElseThrow();
        assertThat(Duration.ofNanos(next - leader.lastRenewalStart)).isGreaterThan(CoordinatorHarness.TTL);
    }

    @Test
    @DisplayName(
            "K-07 K-08 a voter that has lost its folder elects nobody before one who knows has told it what was decided")
    void withoutMemory() throws Exception {
        // Given two that are gone, so that the third is no majority
        leader.abort();
        c.abort();

        // When one of them comes back with an empty folder
        CoordinatorHarness back = start(c.identity, folder.resolve("empty"), b.identity);

        // Then its vote is no majority either, for as long as it takes several elections
        await().during(Duration.ofSeconds(8)).atMost(InProcessMesh.TIMEOUT).until(() -> !b.hasLed() && !back.hasLed());

        // And with the one that knows, they are again
        CoordinatorHarness again = start(leader.identity, folder, b.identity);
        await().atMost(InProcessMesh.TIMEOUT).until(() -> b.hasLed() || again.hasLed() || back.hasLed());
    }
}
