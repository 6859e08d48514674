package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.hub.MessageHub;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code sub} and a real hub, while what lies between them breaks, or the hub itself ends. */
class SubCommandWithHubTest {
    @Test
    @DisplayName("H-15 cut off from a hub again and again, sub comes back each time and prints every message once")
    void cut() throws Exception {
        MessageHub hub = new MessageHub();
        try (Ginkgo running = Ginkgo.start(hub, "http.bind = '127.0.0.1:0'");
                BreakableProxy breakableProxy = new BreakableProxy(hub.address().port())) {
            ClientInvocation sub = ClientInvocation.sub("--count", "40", "127.0.0.1:" + breakableProxy.port() + "/x");
            awaitReader(hub);
            publish(hub, 1, 10);
            await().until(() -> sub.out().endsWith("\n10\n"));

            // When
            for (int first = 11; first <= 31; first += 10) {
                breakableProxy.disconnect();
                await().until(() -> hub.stats().subscribers() == 0);
                publish(hub, first, first + 4);
                breakableProxy.restore();
                awaitReader(hub);
                publish(hub, first + 5, first + 9);
                String last = "\n" + (first + 9) + "\n";
                await().until(() -> sub.out().endsWith(last));
            }

            // Then
            assertThat(sub.code()).isZero();
            assertThat(sub.out()).isEqualTo(numbers(1, 40));
            assertThat(sub.err()).contains("reconnected").doesNotContain("lost");
            assertThat(running.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("H-16 a hub that was started anew cannot go on where sub was: that ends it with 80, unless it may")
    void restarted() throws Exception {
        int port;
        ClientInvocation sub;
        ClientInvocation ignoring;
        MessageHub first = new MessageHub();
        try (Ginkgo running = Ginkgo.start(first, "http.bind = '127.0.0.1:0'\nhttp.drain-time = '0s'")) {
            port = first.address().port();
            sub = ClientInvocation.sub("127.0.0.1:" + port + "/x");
            ignoring = ClientInvocation.sub("--ignore-gaps", "--count", "13", "127.0.0.1:" + port + "/x");
            await().until(() -> first.stats().subscribers() == 2);
            publish(first, 1, 10);
            await().until(() -> sub.out().endsWith("\n10\n") && ignoring.out().endsWith("\n10\n"));
            running.stop();
        }

        // When
        MessageHub second = new MessageHub();
        try (Ginkgo running = Ginkgo.start(second, "http.bind = '127.0.0.1:" + port + "'")) {
            publish(second, 11, 13);

            // Then
            assertThat(sub.code()).isEqualTo(80);
            assertThat(sub.out()).isEqualTo(numbers(1, 10));
            assertThat(sub.err()).contains("lost").contains("--ignore-gaps");
            assertThat(ignoring.code()).isZero();
            assertThat(ignoring.out()).isEqualTo(numbers(1, 13));
            assertThat(running.status().ready()).isTrue();
        }
    }

    private static void awaitReader(MessageHub hub) {
        await().atMost(Duration.ofSeconds(30)).until(() -> hub.stats().subscribers() == 1);
    }

    private static void publish(MessageHub hub, int first, int last) {
        for (int i = first; i <= last; i++) {
            hub.publish("/x", Integer.toString(i));
        }
    }

    private static String numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }
}
