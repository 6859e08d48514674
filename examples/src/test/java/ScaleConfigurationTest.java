import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.lifecycle.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of {@code examples/scale}: two regions, a leaf node, and a hub of each. */
class ScaleConfigurationTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private record Running(Hub hub, Ginkgo tree, Subscription subscription) implements AutoCloseable {
        /** Starts a hub. As a service manager does, repeats it while the servers do not know each other yet. */
        static Running start(NatsRegions regions, String file) throws IOException {
            String configuration = regions.hub(file)
                    .replace("0.0.0.0:8088", regions.net + "1:0")
                    .replace("drain-delay = \"5s\"", "drain-delay = \"0s\"")
                    .replace("drain-time = \"30s\"", "drain-time = \"0s\"");
            return await().atMost(TIMEOUT)
                    .ignoreException(StartException.class)
                    .until(
                            () -> {
                                Hub hub = new Hub();
                                Ginkgo tree = Ginkgo.start(hub, configuration);
                                return new Running(hub, tree, hub.hub.subscribe("/news"));
                            },
                            started -> true);
        }

        List<Message> takeUntil(Set<String> texts) throws InterruptedException {
            List<Message> taken = new ArrayList<>();
            while (!taken.stream()
                    .map(Message::text)
                    .collect(Collectors.toSet())
                    .containsAll(texts)) {
                taken.add(subscription.take());
            }
            return taken;
        }

        @Override
        public void close() {
            tree.close();
        }
    }

    @Test
    @DisplayName(
            "N-30 the configurations of docs/scale.md start: hubs of two regions and behind a leaf node receive the same"
                    + " messages in the same order, and are one cluster with one leader")
    void configurationsPassTraffic() throws Exception {
        // Given three servers in region a, one in region b, and a leaf node of region a
        try (NatsRegions regions = new NatsRegions(folder)) {
            for (String machine : List.of("a1", "a2", "a3", "b1", "leaf-1")) {
                regions.start(machine);
            }
            regions.awaitListening();

            // When a hub of each is started, and publishes
            try (Running a = Running.start(regions, "hub-a.toml");
                    Running b = Running.start(regions, "hub-b.toml");
                    Running leaf = Running.start(regions, "hub-leaf.toml")) {
                List<Running> hubs = List.of(a, b, leaf);
                a.hub.hub.publish("/news", "from a");
                b.hub.hub.publish("/news", "from b");
                leaf.hub.hub.publish("/news", "from leaf");

                // Then all receive the same, with the same ids, and agree on the members and the leader
                Set<String> texts = Set.of("from a", "from b", "from leaf");
                List<String> ids = a.takeUntil(texts).stream().map(Message::id).toList();
                assertThat(b.takeUntil(texts)).extracting(Message::id).isEqualTo(ids);
                assertThat(leaf.takeUntil(texts)).extracting(Message::id).isEqualTo(ids);
                for (Running each : hubs) {
                    await().atMost(TIMEOUT)
                            .until(() -> each.hub.cluster.roster().size() == 3);
                    await().atMost(TIMEOUT)
                            .until(() -> each.hub.cluster.leader().isPresent()
                                    && each.hub.cluster.leader().equals(a.hub.cluster.leader()));
                }
            }
        }
    }

    @Test
    @DisplayName("N-30 the configurations of the hubs differ in the servers and the identity only")
    void hubsDifferInServersOnly() throws IOException {
        String first = common("hub-a.toml");

        assertThat(first).contains("replicas = 3");
        assertThat(common("hub-b.toml")).isEqualTo(first);
        assertThat(common("hub-leaf.toml")).isEqualTo(first);
    }

    private static String common(String file) throws IOException {
        return Files.readAllLines(Path.of("scale", file)).stream()
                .filter(line ->
                        !line.startsWith("#") && !line.startsWith("servers = ") && !line.startsWith("identity = "))
                .collect(Collectors.joining("\n"));
    }
}
