package dev.ginkgo.run.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.hub.MessageHub;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code sub} with a real hub while the connection breaks or the hub stops. */
class SubCommandWithHubTest {
    @Test
    @DisplayName("H-15 disconnected from the hub repeatedly, sub reconnects each time and prints every message once")
    void resumesAfterEachDisconnect() throws Exception {
        MessageHub hub = new MessageHub();
        try (Ginkgo running = Ginkgo.start(hub, "http.bind = '127.0.0.1:0'");
                BreakableProxy proxy = new BreakableProxy(hub.address().port())) {
            ClientInvocation sub = ClientInvocation.sub("--count", "40", "127.0.0.1:" + proxy.port() + "/x");
            awaitSubscriber(hub);
            publish(hub, 1, 10);
            await().until(() -> sub.out().endsWith("\n10\n"));

            // When
            for (int first = 11; first <= 31; first += 10) {
                proxy.disconnect();
                await().until(() -> hub.stats().subscribers() == 0);
                publish(hub, first, first + 4);
                proxy.restore();
                awaitSubscriber(hub);
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
    @DisplayName("H-16 sub cannot resume at a restarted hub: it exits with 80, or continues with --ignore-gaps")
    void exitsWith80_afterRestartOfHub() throws Exception {
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

    private static void awaitSubscriber(MessageHub hub) {
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
