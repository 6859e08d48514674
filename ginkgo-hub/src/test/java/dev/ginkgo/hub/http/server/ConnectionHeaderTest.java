package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConnectionHeaderTest {
    @Test
    @DisplayName("H-41 an HTTP/1.0 client that asks for keep-alive gets the header of a persistent connection")
    void http10KeepAlive_isConfirmed() throws IOException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.connect()) {
            String request = "GET /-/health/live HTTP/1.0\r\nHost: localhost\r\nConnection: Keep-Alive\r\n\r\n";

            // When
            String first = client.send(request).response();
            String second = client.send(request).response();
            String last = client.send(request.replace("Connection: Keep-Alive\r\n", ""))
                    .readToEnd();

            // Then
            assertThat(connectionHeader(first)).isEqualTo("keep-alive");
            assertThat(connectionHeader(second)).isEqualTo("keep-alive");
            assertThat(connectionHeader(last)).isEqualTo("close");
        }
    }

    @Test
    @DisplayName("H-41 a 426 names the protocol to upgrade to in Upgrade, and lists Upgrade in Connection")
    void upgradeRequired_listsUpgradeInConnection() throws IOException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.request(
                        "GET /x",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 12",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")) {
            // When
            String response = client.response();

            // Then
            assertThat(response)
                    .startsWith("HTTP/1.1 426 ")
                    .containsIgnoringCase("\r\nupgrade: websocket\r\n")
                    .containsIgnoringCase("\r\nconnection: upgrade\r\n");

            // And the connection persists
            client.send("GET /-/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200 ");
        }
    }

    private static String connectionHeader(String response) {
        return response.lines()
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.startsWith("connection: "))
                .map(line -> line.substring("connection: ".length()))
                .findFirst()
                .orElse("none");
    }
}
