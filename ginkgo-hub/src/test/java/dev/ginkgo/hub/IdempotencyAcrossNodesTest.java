package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.HubCluster;
import dev.ginkgo.hub.testing.HubCluster.TestNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IdempotencyAcrossNodesTest {
    private static final String KEY = "Idempotency-Key";

    @Test
    @DisplayName("H-59 a publish repeated at another node with its key gets the same id, and is not published again")
    void repeatedAtAnotherNode_getsTheSameId() throws Exception {
        try (HubCluster nodes = HubCluster.of(2)) {
            // Given
            TestNode first = nodes.get(0);
            TestNode second = nodes.get(1);
            HttpResponse<String> response = nodes.post(first, "/x", "1", KEY, "k");
            awaitMessage(nodes, second);

            // When
            HttpResponse<String> repeated = nodes.post(second, "/x", "1", KEY, "k");

            // Then
            assertThat(repeated.statusCode()).isEqualTo(200);
            assertThat(repeated.headers().firstValue("Idempotency-Replayed")).hasValue("true");
            assertThat(repeated.body()).isEqualTo(response.body());
            assertThat(second.hub.stats().published()).isZero();
            assertThat(nodes.post(second, "/x", "2", KEY, "k").body()).contains("\"code\":\"key-reused\"");
            assertThat(nodes.post(second, "/x", "2", KEY, "l").headers().firstValue("Idempotency-Replayed"))
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("H-59 a node that starts later knows the keys of the messages that it receives by state transfer")
    void nodeThatStartsLater_knowsKeys() throws Exception {
        try (HubCluster nodes = HubCluster.of(1)) {
            // Given
            HttpResponse<String> response = nodes.post(nodes.get(0), "/x", "1", KEY, "k");

            // When
            TestNode late = nodes.start(2);
            HttpResponse<String> repeated = nodes.post(late, "/x", "1", KEY, "k");

            // Then
            assertThat(repeated.headers().firstValue("Idempotency-Replayed")).hasValue("true");
            assertThat(idOf(repeated)).isEqualTo(idOf(response));
            assertThat(late.hub.stats().published()).isZero();
        }
    }

    @Test
    @DisplayName("H-59 a key is known at another node, too, if its message had to be retransmitted")
    void retransmittedMessage_hasItsKey() throws Exception {
        try (HubCluster nodes = HubCluster.of(2)) {
            // Given
            nodes.isolate(0, true);
            HttpResponse<String> response = nodes.post(nodes.get(0), "/x", "1", KEY, "k");

            // When
            nodes.isolate(0, false);
            awaitMessage(nodes, nodes.get(1));

            // Then
            HttpResponse<String> repeated = nodes.post(nodes.get(1), "/x", "1", KEY, "k");
            assertThat(repeated.headers().firstValue("Idempotency-Replayed")).hasValue("true");
            assertThat(idOf(repeated)).isEqualTo(idOf(response));
        }
    }

    private static String idOf(HttpResponse<String> response) {
        return response.body().replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
    }

    private static void awaitMessage(HubCluster nodes, TestNode node) {
        await().atMost(HubCluster.TIMEOUT)
                .until(() -> nodes.get(node, "/x?poll=1&wait=0s&since=all", "Accept", "text/plain")
                        .body()
                        .contains("1\n"));
    }
}
