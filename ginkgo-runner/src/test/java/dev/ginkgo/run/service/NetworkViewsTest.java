package dev.ginkgo.run.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.run.output.ControlResponse;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Views of the clusters and hubs in a real tree. */
class NetworkViewsTest {
    private static final String LOCAL = "hub.http.bind = '127.0.0.1:0'";

    /** A program with a cluster of one node, and a hub. */
    private static final class Program extends Service {
        final Cluster cluster = add("cluster", new Cluster());
        final MessageHub hub = add("hub", new MessageHub(cluster));
    }

    @Test
    @DisplayName("R-58 the view of a cluster has this node, the leader with its epoch and lease, and the members")
    void showsCluster() {
        Program program = new Program();
        try (Ginkgo running = Ginkgo.start(program, LOCAL)) {
            // Given
            await().atMost(Duration.ofSeconds(30)).until(program.cluster::isLeader);

            // When
            ControlResponse response = new ControlResponse(NetworkViews.clusters(running.root()));

            // Then
            assertThat(response.objects("clusters")).singleElement().satisfies(cluster -> {
                assertThat(cluster.text("path")).isEqualTo("program/cluster");
                assertThat(cluster.text("self")).isEqualTo("127.0.0.1:4440");
                assertThat(cluster.text("leader")).isEqualTo("127.0.0.1:4440");
                assertThat(cluster.number("epoch")).isPositive();
                assertThat(cluster.has("leaseMillis")).isTrue();
                assertThat(cluster.texts("problems")).isEmpty();
                assertThat(cluster.objects("members"))
                        .singleElement()
                        .satisfies(member -> assertThat(member.text("name")).isEqualTo("127.0.0.1:4440"));
            });
        }
    }

    @Test
    @DisplayName("R-57 the view of the hubs has the address of each for a client on this machine")
    void showsHubs() {
        Program program = new Program();
        assertThat(new ControlResponse(NetworkViews.hubs(program)).objects("hubs"))
                .singleElement()
                .satisfies(hub -> assertThat(hub.has("address")).isFalse());
        try (Ginkgo running = Ginkgo.start(program, "hub.http.bind = '0.0.0.0:0'\nhub.http.anonymous = true")) {
            assertThat(new ControlResponse(NetworkViews.hubs(running.root())).objects("hubs"))
                    .singleElement()
                    .satisfies(hub -> {
                        assertThat(hub.text("path")).isEqualTo("program/hub");
                        assertThat(hub.text("address"))
                                .isEqualTo("127.0.0.1:" + program.hub.address().port());
                    });
        }
        assertThat(new ControlResponse(NetworkViews.hubs(new Service() {})).objects("hubs"))
                .isEmpty();
    }
}
