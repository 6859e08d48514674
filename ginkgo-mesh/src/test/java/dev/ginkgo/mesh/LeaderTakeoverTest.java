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

/** Three voters whose leader fails without leaving. */
class LeaderTakeoverTest {
    @TempDir
    Path folder;

    private final List<CoordinatorHarness> nodes = new ArrayList<>();
    private CoordinatorHarness leader;
    private CoordinatorHarness b;
    private CoordinatorHarness c;

    private CoordinatorHarness start(Address identity, Path dataDir, Address... join) throws Exception {
        CoordinatorHarness node = new CoordinatorHarness(identity, List.of(join), dataDir);
        nodes.add(node);
        return node;
    }

    @BeforeEach
    void startThreeVoters() throws Exception {
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
    @DisplayName("K-03 K-05 after a leader fails, the next one does not act before the last lease has expired")
    void newLeader_waitsForTheLastLease() {
        leader.abort();
        await().atMost(InProcessMesh.TIMEOUT).until(() -> b.hasLed() || c.hasLed());
        long firstRenewalOfNext = Stream.of(b, c)
                .filter(CoordinatorHarness::hasLed)
                .mapToLong(each -> each.firstRenewal)
                .min()
                .orElseThrow();
        assertThat(Duration.ofNanos(firstRenewalOfNext - leader.lastRenewalStart))
                .isGreaterThan(CoordinatorHarness.TTL);
    }

    @Test
    @DisplayName(
            "K-07 K-08 a voter that lost its data directory does not vote before another voter has sent it the state")
    void voterWithoutDataDirectory_doesNotCompleteAMajority() throws Exception {
        // Given two failed voters, so that the third is not a majority
        leader.abort();
        c.abort();

        // When one of them restarts with an empty data directory
        CoordinatorHarness withoutState = start(c.identity, folder.resolve("empty"), b.identity);

        // Then no leader is elected for the duration of several elections
        await().during(Duration.ofSeconds(8))
                .atMost(InProcessMesh.TIMEOUT)
                .until(() -> !b.hasLed() && !withoutState.hasLed());

        // And when the voter with its state restarts, a leader is elected
        CoordinatorHarness restarted = start(leader.identity, folder, b.identity);
        await().atMost(InProcessMesh.TIMEOUT).until(() -> b.hasLed() || restarted.hasLed() || withoutState.hasLed());
    }
}
