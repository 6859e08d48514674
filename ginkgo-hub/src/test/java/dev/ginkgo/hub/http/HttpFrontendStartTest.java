package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.ConfigException;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.net.BindException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HttpFrontendStartTest {
    @Test
    @DisplayName("H-22 a bind beyond loopback fails the start unless anonymous = true is set")
    void bindBeyondLoopback_requiresAnonymous() throws Exception {
        assertThatThrownBy(() -> TestHub.withBind("0.0.0.0:0"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(":2:8: http.bind: 0.0.0.0:0 can be reached from other machines")
                .hasMessageContaining("anonymous = true");
        try (TestHub testHub = TestHub.withBind("0.0.0.0:0", "anonymous = true")) {
            assertThat(testHub.get("/-/health/ready").statusCode()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("a port in use fails the start with the address and the setting")
    void portInUse_failsStart() {
        try (TestHub testHub = TestHub.start()) {
            assertThatThrownBy(() -> TestHub.withBind("127.0.0.1:" + testHub.port()))
                    .cause()
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("127.0.0.1:" + testHub.port())
                    .hasMessageContaining("setting `http.bind`")
                    .hasMessageContaining("ss -ltnp");
        }
    }

    @Test
    @DisplayName("the hub works on NIO as well")
    void nio_isSupported() throws Exception {
        try (TestHub testHub = TestHub.start("transport = 'nio'", "loops = 1");
                RawHttpClient subscriber = testHub.lines("/x")) {
            assertThat(testHub.post("/x", "1").body()).contains("\"receivers\":1");
            assertThat(subscriber.readTo("1\n")).isNotEmpty();
        }
    }

    @Test
    @DisplayName("H-10 a hub that was stopped starts again, on the same port")
    void stoppedHub_startsAgainOnSamePort() throws Exception {
        int port;
        try (TestHub testHub = TestHub.start()) {
            port = testHub.port();
            assertThat(testHub.post("/x", "1").statusCode()).isEqualTo(200);
        }
        try (TestHub testHub = TestHub.withBind("127.0.0.1:" + port)) {
            assertThat(testHub.post("/x", "1").statusCode()).isEqualTo(200);
        }
    }
}
