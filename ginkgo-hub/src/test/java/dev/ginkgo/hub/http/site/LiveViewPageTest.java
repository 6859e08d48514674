package dev.ginkgo.hub.http.site;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.TestHub;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LiveViewPageTest {
    @Test
    @DisplayName("a browser gets the live view, with a policy that allows its own script only")
    void browser_getsLiveViewWithPolicy() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            HttpResponse<String> page = testHub.get(
                    "/numbers", "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
            assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                    .startsWith("default-src 'none'; connect-src 'self'")
                    .containsPattern("script-src 'sha256-[A-Za-z0-9+/]{43}='")
                    .doesNotContain("unsafe");
            assertThat(page.body()).contains("new EventSource(").doesNotContain("innerHTML", "eval(");
            assertThat(testHub.hub().stats().subscribers()).isZero();
        }
    }
}
