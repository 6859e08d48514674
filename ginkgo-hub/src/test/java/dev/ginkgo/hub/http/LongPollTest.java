package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.delivery.EncodedFeed;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LongPollTest {
    private static String id(HttpResponse<String> response) {
        return response.headers().firstValue("Last-Event-ID").orElseThrow();
    }

    @Test
    @DisplayName(
            "H-27 available messages are returned at once, in one response, with the id to continue with in head and body")
    void availableMessages_areReturnedAtOnce() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            testHub.hub().publish("/a", "1");
            String last = testHub.hub().publish("/a", "2").id();
            HttpResponse<String> response = testHub.get("/a?poll=1&since=all");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(id(response)).isEqualTo(last);
            assertThat(response.body().replace(last, "LAST").replaceAll("\"id\":\"A[^\"]+\"", "ID"))
                    .isEqualTo("\u001e{'event':'start','recovered':true,ID}|1|2|\u001e{'event':'next','id':'LAST'}|"
                            .replace("'", "\"")
                            .replace("|", "\n"));
            assertThat(testHub.get("/a?poll=1&since=all&as=sse").body())
                    .endsWith("event: next\nid: " + last + "\ndata: {}\n\n");
            assertThat(testHub.get("/a?poll=1&since=all&as=ndjson").body())
                    .endsWith(
                            "{\"id\":\"" + last + "\",\"data\":\"2\"}\n{\"event\":\"next\",\"id\":\"" + last + "\"}\n");
            await().until(() -> testHub.hub().stats().subscribers() == 0);
        }
    }

    @Test
    @DisplayName("H-27 a poll waits for the next message, and the following poll continues after it without a loss")
    void poll_waitsForNextMessage() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            FutureTask<HttpResponse<String>> first = new FutureTask<>(() -> testHub.get("/a?poll=1&wait=30s"));
            Thread.ofVirtual().start(first);
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            testHub.hub().publish("/a", "1");
            testHub.hub().publish("/a", "2");
            HttpResponse<String> response = first.get(10, TimeUnit.SECONDS);
            assertThat(response.body()).startsWith("1\n");
            String rest = testHub.get("/a?poll=1&wait=0s", "Last-Event-ID", id(response))
                    .body();
            assertThat(response.body() + rest).containsOnlyOnce("1\n").containsOnlyOnce("2\n");
        }
    }

    @Test
    @DisplayName("H-27 a poll that times out returns no message, and the id to continue with")
    void pollTimeout_returnsIdOnly() throws Exception {
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.start(clock)) {
            testHub.hub().publish("/a", "before");
            FutureTask<HttpResponse<String>> poll = new FutureTask<>(() -> testHub.get("/a?poll=1&wait=20s"));
            Thread.ofVirtual().start(poll);
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            clock.advance(Duration.ofSeconds(15));
            assertThat(poll.isDone()).isFalse();
            clock.advance(Duration.ofSeconds(7));
            HttpResponse<String> response = poll.get(10, TimeUnit.SECONDS);
            assertThat(response.body()).matches("\u001e\\{\"event\":\"next\",\"id\":\"[\\w-]+\"}\n");
            testHub.hub().publish("/a", "after");
            assertThat(testHub.get("/a?poll=1&since=" + id(response)).body())
                    .contains("after\n")
                    .doesNotContain("before");
        }
    }

    @Test
    @DisplayName("H-27 a long history is returned in consecutive responses of 64 KiB")
    void longHistory_isSplitIntoResponses() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            for (int i = 0; i < 500; i++) {
                testHub.hub().publish("/a", "%03d".formatted(i) + "x".repeat(1_000));
            }
            StringBuilder all = new StringBuilder();
            String since = "all";
            int polls = 0;
            while (!all.toString().contains("499x")) {
                HttpResponse<String> response = testHub.get("/a?poll=1&wait=0s&since=" + since);
                assertThat(response.body().length()).isLessThan(EncodedFeed.MAX_BATCH_BYTES + 1_000);
                since = id(response);
                all.append(response.body().replaceAll("\u001e.*\n", ""));
                polls++;
            }
            assertThat(polls).isBetween(8, 12);
            String[] lines = all.toString().split("\n", 500);
            assertThat(lines).hasSize(500);
            for (int i = 0; i < 500; i++) {
                assertThat(lines[i]).startsWith("%03dx".formatted(i));
            }
        }
    }

    @Test
    @DisplayName("H-02 H-27 a client that disconnects while it waits is removed at once")
    void disconnectedClient_isRemoved() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            RawHttpClient waiting = testHub.request("GET /a?poll=1");
            RawHttpClient other = testHub.request("GET /a?poll=1");
            await().until(() -> testHub.hub().stats().subscribers() == 2);
            waiting.close();
            other.shutdownOutput();
            await().until(() -> testHub.hub().stats().subscribers() == 0);
            other.close();
            assertThat(testHub.hub().stats().channels()).isZero();
        }
    }

    @Test
    @DisplayName("H-27 a loss is reported at once; a graceful shutdown ends the wait; invalid parameters are a 400")
    void lossShutdownAndInvalidParameters_endPoll() throws Exception {
        try (TestHub testHub = TestHub.startHub("history.count = 1")) {
            String first = testHub.hub().publish("/a", "1").id();
            testHub.hub().publish("/b", "1");
            testHub.hub().publish("/a", "2");
            testHub.hub().publish("/a", "3");
            assertThat(testHub.get("/a?poll=1&since=" + first).body())
                    .startsWith("\u001e{\"event\":\"start\",\"recovered\":false,")
                    .contains("\n3\n");
            for (String parameters : List.of("poll=0", "poll", "wait=3s", "poll=1&wait=6m", "poll=1&wait=3")) {
                assertThat(testHub.get("/a?" + parameters).body())
                        .as(parameters)
                        .contains("bad-parameter");
            }
            FutureTask<HttpResponse<String>> poll = new FutureTask<>(() -> testHub.get("/quiet?poll=1&wait=5m"));
            Thread.ofVirtual().start(poll);
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            testHub.tree().close();
            assertThat(poll.get(10, TimeUnit.SECONDS).body()).contains("\"event\":\"next\"");
        }
    }
}
