package dev.ginkgo.hub.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.Python;
import dev.ginkgo.hub.testing.TestHub;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The protocol {@code ginkgo.v1} with clients of third parties, and its description with validators of third parties. */
class ForeignSocketClientsTest {
    private static final List<String> TYPES = List.of(
            "subscribe",
            "unsubscribe",
            "publish",
            "ping",
            "subscribed",
            "unsubscribed",
            "published",
            "pong",
            "error",
            "message",
            "gap",
            "next",
            "heartbeat",
            "bye");

    @Test
    @DisplayName(
            "H-168 npm's ws and Python's websockets publish, subscribe and resume; H-169 the descriptions are valid OpenAPI"
                    + " and AsyncAPI documents, and each object on the WebSocket conforms to them")
    void foreignClients_useProtocolAsDescribed() throws Exception {
        ExternalProcess node;
        try (TestHub testHub = TestHub.start("heartbeat = '200ms'")) {
            String url = testHub.uri("").toString();
            node = NodeJs.run("socket.mjs", url);
            try (ExternalProcess python = Python.run("socket_client.py", url)) {
                python.awaitOutput("resumed");
            }
            node.awaitOutput("received unsubscribed").awaitOutput("received heartbeat");
        }
        try (node) {
            node.awaitOutput("close ");
            await().until(() -> !node.isAlive());
            List<String> lines = node.lines();
            assertThat(lines)
                    .contains("openapi 3.1.0 true false", "asyncapi 3.0.0 true false", "operations true")
                    .contains("protocol ginkgo.v1", "close 1001 stopping");
            assertThat(lines.stream().filter(line -> line.startsWith("example ")))
                    .containsExactlyElementsOf(TYPES.stream()
                            .map(type -> "example " + type + " true false")
                            .toList());
            assertThat(lines.stream().filter(line -> line.startsWith("sent ")))
                    .containsExactly(
                            "sent ping true",
                            "sent subscribe true",
                            "sent subscribe true",
                            "sent publish true",
                            "sent publish true",
                            "sent publish true",
                            "sent publish true",
                            "sent subscribe false",
                            "sent unsubscribe true");
            assertThat(lines.stream()
                            .filter(line -> line.startsWith("received "))
                            .map(String::strip)
                            .distinct())
                    .containsExactlyInAnyOrder(
                            "received pong true",
                            "received subscribed true",
                            "received published true",
                            "received message true föhn 🌳",
                            "received message true AAEC",
                            "received error true bad-channel",
                            "received error true bad-parameter",
                            "received unsubscribed true",
                            "received heartbeat true",
                            "received bye true");
        }
    }
}
