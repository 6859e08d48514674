package dev.ginkgo.hub.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DashboardStreamTest {
    private static final String SAMPLES = "GET /-/dashboard/samples HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final FakeClock clock = new FakeClock();
    private final AtomicInteger samples = new AtomicInteger();
    private final DashboardStream.Sampler sampler = () -> "sample " + samples.incrementAndGet();

    @Test
    @DisplayName("H-76 samples are taken once a second while there is a viewer, and none before and after")
    void samples_areTakenForViewersOnly() throws Exception {
        TestHub.warmUp();
        try (TestTree<SampledDashboard> tree =
                TestTree.start(new SampledDashboard(sampler), clock, SampledDashboard.CONFIGURATION)) {
            // Given a hub in use, whose page has been requested
            try (RawHttpClient client = tree.root().connect()) {
                client.send("GET /-/dashboard HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(client.response()).startsWith("HTTP/1.1 200");
            }
            tree.root().hub.publish("/a", "1");
            clock.advance(Duration.ofMinutes(1));

            // Then no sample has been taken
            assertThat(samples).hasValue(0);

            // When there is a viewer, then it gets a sample at once and another after each second
            RawHttpClient viewer = tree.root().connect().send(SAMPLES);
            viewer.readTo("data: sample 1\n");
            clock.advance(Duration.ofSeconds(1));
            viewer.readTo("data: sample 2\n");

            // When there is a second viewer, then both get the same samples
            RawHttpClient second = tree.root().connect().send(SAMPLES);
            second.readTo("data: sample 2\n");
            clock.advance(Duration.ofSeconds(1));
            viewer.readTo("data: sample 3\n");
            second.readTo("data: sample 3\n");
            assertThat(samples).hasValue(3);

            // When both have left, then the task that takes the samples ends, and no more are taken
            viewer.close();
            second.reset();
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> tree.ginkgo().tasks().stream()
                            .noneMatch(task -> task.name().equals("page")));
            clock.advance(Duration.ofMinutes(1));
            assertThat(samples).hasValue(3);

            // And the next viewer starts it again
            try (RawHttpClient next = tree.root().connect().send(SAMPLES)) {
                next.readTo("data: sample 4\n");
            }
        }
    }

    @Test
    @DisplayName("H-76 a stop of the hub ends the streams of its dashboard, and leaves no task and no buffer")
    void stop_endsStreams() throws Exception {
        TestHub.warmUp();
        try (TestTree<SampledDashboard> tree =
                        TestTree.start(new SampledDashboard(sampler), SampledDashboard.CONFIGURATION);
                RawHttpClient viewer = tree.root().connect().send(SAMPLES)) {
            viewer.readTo("data: sample 1\n");
            tree.ginkgo().stop();
            viewer.readToEnd();
        }
    }

    @Test
    @DisplayName("H-76 the viewers of a dashboard are neither subscribers nor channels in the statistics of the hub")
    void viewers_areNotCounted() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient viewer = testHub.connect().send(SAMPLES)) {
            viewer.readTo("\"published\":0");
            assertThat(testHub.hub().stats())
                    .returns(0, stats -> stats.subscribers())
                    .returns(0, stats -> stats.channels())
                    .returns(0L, stats -> stats.published())
                    .returns(0L, stats -> stats.delivered());
            assertThat(testHub.get("/-/connections").body()).contains("\"streams\":0");
            viewer.reset();
        }
    }
}
