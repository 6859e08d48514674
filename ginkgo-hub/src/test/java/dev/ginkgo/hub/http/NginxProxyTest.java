package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.Proxy;
import dev.ginkgo.hub.testing.ProxyProcess;
import dev.ginkgo.hub.testing.TestHub;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hub behind an nginx that is not configured as documented. */
class NginxProxyTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("H-17 nginx with its default buffering does not buffer streams, because of X-Accel-Buffering")
    void defaultBuffering_isTurnedOffByHeader() throws Exception {
        String http = Proxy.NGINX.documented().replace("proxy_buffering off;", "");
        assertThat(http).contains("proxy_pass").doesNotContain("proxy_buffering");
        try (TestHub testHub = ProxyTest.hub();
                ProxyProcess proxyProcess = ProxyProcess.start(Proxy.NGINX, folder, http, testHub.port())) {
            ProxyTest.assertStreams(testHub, proxyProcess);
        }
    }

    @Test
    @DisplayName("through a proxy that uses HTTP/1.0 a stream is a 505 that says what to do")
    void http10Proxy_isRejected() throws Exception {
        String http = Proxy.NGINX.documented().replace("proxy_http_version 1.1;", "proxy_http_version 1.0;");
        try (TestHub testHub = ProxyTest.hub();
                ProxyProcess proxyProcess = ProxyProcess.start(Proxy.NGINX, folder, http, testHub.port())) {
            assertThat(TestHub.curl(
                            "-i", "-H", "Host: " + ProxyTest.HOST, "http://127.0.0.1:" + proxyProcess.port() + "/x"))
                    .startsWith("HTTP/1.1 505")
                    .contains("proxy_http_version 1.1");
        }
    }
}
