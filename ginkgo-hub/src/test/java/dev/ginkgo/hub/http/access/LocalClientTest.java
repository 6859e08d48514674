package dev.ginkgo.hub.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.TestHub;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LocalClientTest {
    @Test
    @DisplayName(
            "H-279 a request with a header of any proxy is not one of this machine itself, also if it names no address")
    void headerOfProxy_isNotLocal() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            assertThat(testHub.get("/-/connections").statusCode()).isEqualTo(200);
            for (String header : List.of(
                    "Forwarded",
                    "via",
                    "X-Forwarded-For",
                    "X-Forwarded-Proto",
                    "X-FORWARDED-PORT",
                    "X-Forwarded-Server",
                    "X-Real-IP",
                    "X-Client-IP",
                    "True-Client-IP",
                    "CF-Connecting-IP")) {
                assertThat(testHub.get("/-/connections", header, "https").statusCode())
                        .as(header)
                        .isEqualTo(403);
            }
        }
    }
}
