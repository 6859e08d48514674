package dev.ginkgo.hub.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.HubCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterAccessTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    @DisplayName(
            "H-124 each node of a cluster enforces the grants, also for messages that were published at another node")
    void everyNode_enforcesGrants() throws Exception {
        // Given two nodes with the same users: "foo" may publish, "bar" may subscribe
        Path users = Files.writeString(folder.resolve("users.toml"), """
                [publisher]
                sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
                publish = ["/x"]
                [subscriber]
                sha256 = "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"
                subscribe = ["/x"]
                """);
        String poll = "/x?since=all&poll=1&wait=20s";
        try (HubCluster cluster = HubCluster.of(2, "hub.auth.users-file = '" + users + "'")) {
            for (int publisher = 0; publisher < 2; publisher++) {
                HubCluster.TestNode here = cluster.get(publisher);
                HubCluster.TestNode there = cluster.get(1 - publisher);

                // When one publishes, then it needs the grant
                assertThat(cluster.post(here, "/x", "1", "Authorization", "Bearer foo")
                                .statusCode())
                        .isEqualTo(200);
                assertThat(cluster.post(here, "/x", "1", "Authorization", "Bearer bar")
                                .statusCode())
                        .isEqualTo(403);
                assertThat(cluster.post(here, "/x", "1").statusCode()).isEqualTo(401);

                // And at the other node it is delivered to subscribers with the grant only
                assertThat(cluster.get(there, poll, "Authorization", "Bearer bar")
                                .body())
                        .contains("1\n");
                assertThat(cluster.get(there, poll, "Authorization", "Bearer foo")
                                .statusCode())
                        .isEqualTo(403);
                assertThat(cluster.get(there, poll, "Authorization", "Bearer wrong")
                                .statusCode())
                        .isEqualTo(401);
            }
            assertThat(List.of(cluster.get(0), cluster.get(1)))
                    .allSatisfy(node -> assertThat(node.hub.stats().published()).isEqualTo(1));
        }
    }
}
