package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IdempotencyTest {
    private static final String KEY = "Idempotency-Key";

    @Test
    @DisplayName("H-19 a publish repeated with its key gets the same response, and is published once")
    void repeatedPublish_getsSameResponse() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            HttpResponse<String> first = testHub.post("/x", "1", KEY, "a");
            HttpResponse<String> second = testHub.post("/x", "1", KEY, "a");

            assertThat(first.body()).contains("\"id\":\"", "\"channel\":\"/x\"", "\"receivers\":0", "\"peers\":0");
            assertThat(second.statusCode()).isEqualTo(200);
            assertThat(second.body()).isEqualTo(first.body());
            assertThat(first.headers().firstValue("idempotency-replayed")).isEmpty();
            assertThat(second.headers().firstValue("idempotency-replayed")).hasValue("true");
            assertThat(testHub.hub().stats().published()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("H-19 a key reused for another message or channel is a 422, and nothing is published")
    void keyReusedForOtherMessage_isRejected() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            testHub.post("/x", "1", KEY, "a");
            assertThat(testHub.post("/x", "2", KEY, "a").body()).contains("\"status\":422", "\"code\":\"key-reused\"");
            assertThat(testHub.post("/y", "1", KEY, "a").statusCode()).isEqualTo(422);
            assertThat(testHub.post("/x", "1", KEY, "a", "Content-Type", "application/octet-stream")
                            .statusCode())
                    .isEqualTo(422);
            assertThat(testHub.post("/x", "2", KEY, "b").statusCode()).isEqualTo(200);
            assertThat(testHub.hub().stats().published()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("H-19 a rejected request is not stored, so its key may be used again")
    void rejectedRequest_isNotStored() throws Exception {
        try (TestHub testHub = TestHub.startHub("max-channels = 1");
                Subscription subscription = testHub.hub().subscribe("/a")) {
            assertThat(subscription).isNotNull();
            assertThat(testHub.post("/b", "1", KEY, "k").statusCode()).isEqualTo(429);
            assertThat(testHub.post("/b", "1", KEY, "k").statusCode()).isEqualTo(429);
            assertThat(testHub.post("/a", "1", KEY, "k").statusCode()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("H-19 a key is stored for five minutes")
    void key_expiresAfterFiveMinutes() throws Exception {
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.start(clock)) {
            testHub.post("/x", "1", KEY, "a");
            clock.advance(Duration.ofSeconds(299));
            testHub.post("/x", "1", KEY, "a");
            assertThat(testHub.hub().stats().published()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(2));
            testHub.post("/x", "1", KEY, "a");
            assertThat(testHub.hub().stats().published()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("H-19 a hundred concurrent requests with the same key publish one message")
    void concurrentRequests_publishOnce() throws Exception {
        try (TestHub testHub = TestHub.start();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<HttpResponse<String>>> posts = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                posts.add(() -> testHub.post("/x", "1", KEY, "same"));
            }
            Set<String> responses = new HashSet<>();
            for (var each : threads.invokeAll(posts)) {
                HttpResponse<String> response = each.get();
                assertThat(response.statusCode()).isIn(200, 409);
                if (response.statusCode() == 200) {
                    responses.add(response.body());
                } else {
                    assertThat(response.body()).contains("\"code\":\"under-way\"");
                }
            }
            assertThat(responses).hasSize(1);
            assertThat(testHub.hub().stats().published()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("H-58 a client that uses more keys than the hub stores does not displace the key of another address")
    void keysOfOneAddress_doNotDisplaceThoseOfAnother() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient other = new RawHttpClient(testHub.port(), "127.0.0.2")) {
            // Given
            String first = testHub.post("/x", "1", KEY, "mine").body();

            // When
            for (int i = 0; i <= IdempotencyCache.MAX_ENTRIES; i++) {
                String key = KEY + ": other-" + i + "\r\n";
                other.send("POST /x HTTP/1.1\r\nHost: localhost\r\n" + key + "Content-Length: 1\r\n\r\n2");
                assertThat(other.response()).startsWith("HTTP/1.1 200");
            }

            // Then
            assertThat(testHub.post("/x", "1", KEY, "mine").body()).isEqualTo(first);
        }
    }

    @Test
    @DisplayName("an invalid key is a 400")
    void invalidKey_isRejected() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            for (String headers : new String[] {
                KEY + ": ", KEY + ": a b", KEY + ": \u00e4", KEY + ": " + "x".repeat(256), KEY + ": a\r\n" + KEY + ": b"
            }) {
                try (RawHttpClient client = testHub.request("POST /x", headers, "Content-Length: 0")) {
                    assertThat(client.response())
                            .as(headers)
                            .startsWith("HTTP/1.1 400")
                            .contains("bad-key");
                }
            }
        }
    }
}
