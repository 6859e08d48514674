package dev.ginkgo.run.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.run.output.ControlResponse;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Changes of a cluster at the control socket, with two nodes in this JVM. */
class ClusterActionsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final class Program extends Service {
        final Cluster cluster;

        Program(LocalGroup group) {
            cluster = add("cluster", new Cluster(group));
        }
    }

    @Test
    @DisplayName("R-80 the leader steps down on request, and the response names the next leader; another node does not")
    void stepsDown() throws Exception {
        // Given
        LocalGroup group = new LocalGroup();
        Program first = new Program(group);
        Program second = new Program(group);
        try (Ginkgo leading = Ginkgo.start(first, "cluster.identity = '127.0.0.1:1'");
                Ginkgo following = Ginkgo.start(second, "cluster.identity = '127.0.0.1:2'")) {
            await().atMost(TIMEOUT).until(first.cluster::isLeader);

            // When
            ControlResponse response = new ControlResponse(ClusterActions.stepDown(leading.root(), TIMEOUT));

            // Then
            assertThat(response.text("from")).isEqualTo("127.0.0.1:1");
            assertThat(response.text("leader")).isEqualTo("127.0.0.1:2");
            assertThat(response.number("epoch")).isEqualTo(2);
            assertThat(second.cluster.isLeader()).isTrue();
            assertThatThrownBy(() -> ClusterActions.stepDown(leading.root(), TIMEOUT))
                    .hasMessageContaining("this node, 127.0.0.1:1, is not the leader");
            following.stop();
            await().atMost(TIMEOUT).until(first.cluster::isLeader);
            assertThatThrownBy(() -> ClusterActions.stepDown(leading.root(), TIMEOUT))
                    .hasMessageContaining("no other node is present");
        }
    }

    @Test
    @DisplayName("R-80 a program without a cluster, an engine without voters, and a cluster that has not started reject"
            + " the request")
    void rejectsRequests() {
        Program program = new Program(new LocalGroup());
        assertThatThrownBy(() -> ClusterActions.stepDown(new Service() {}, TIMEOUT))
                .hasMessageContaining("0 services of the class Cluster");
        assertThatThrownBy(() -> ClusterActions.stepDown(program, TIMEOUT)).hasMessageContaining("not running");
        try (Ginkgo running = Ginkgo.start(program)) {
            assertThatThrownBy(() -> ClusterActions.removeVoter(running.root(), "127.0.0.1:4440"))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("no voters");
        }
    }
}
