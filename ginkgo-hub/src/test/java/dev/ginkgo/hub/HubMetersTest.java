package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.publish.Publisher;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HubMetersTest {
    @Test
    @DisplayName("H-57 the meters of a registry acquire the lock of the store once, not once each")
    void meters_shareSnapshot() throws Exception {
        FakeClock clock = new FakeClock();
        MessageHub hub = new MessageHub();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new HubMeters(hub).bindTo(registry);
        try (TestTree<MessageHub> tree = TestTree.start(hub, clock, "http.bind = '127.0.0.1:0'")) {
            assertThat(tree.root()).isSameAs(hub);
            hub.publish("/a", "1");

            // Given one gauge that has been read
            assertThat(registry.get("ginkgo.hub.channels").gauge().value()).isEqualTo(1);

            // When the lock of the store is held by another thread, then all meters can be read
            Publisher store = HubAccess.publisher(hub);
            synchronized (store) {
                FutureTask<Long> reading = new FutureTask<>(() -> {
                    long values = 0;
                    for (Meter meter : registry.getMeters()) {
                        for (Measurement measurement : meter.measure()) {
                            assertThat(measurement.getValue()).isNotNaN();
                            values++;
                        }
                    }
                    return values;
                });
                Thread.ofPlatform().daemon().start(reading);
                assertThat(reading.get(20, TimeUnit.SECONDS)).isGreaterThan(20);
            }

            // and a later read shows the state at that time
            hub.publish("/b", "1");
            clock.advance(Duration.ofSeconds(1));
            assertThat(registry.get("ginkgo.hub.channels").gauge().value()).isEqualTo(2);
        }
    }
}
