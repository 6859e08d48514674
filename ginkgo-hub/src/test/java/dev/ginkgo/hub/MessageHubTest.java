package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The Java API of a hub. */
class MessageHubTest {
    private static final String FREE_PORT = "http.bind = '127.0.0.1:0'\n";

    /** Adds a hub, and reads a channel in a task. */
    private static final class Program extends Service {
        final MessageHub hub = add("hub", new MessageHub());
        final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();

        @Override
        protected void onStart() {
            // Opened in onStart, not in a task, so the caller must close it.
            Subscription before = hub.subscribe("/numbers");
            before.close();
            spawn("reader", () -> {
                for (Message message : hub.subscribe("/numbers")) {
                    received.add(message.text());
                }
            });
        }
    }

    @Test
    @DisplayName("H-09 a subscription receives messages published after it opened, and closes with its task")
    void subscriptionClosesWithItsTask() {
        Program program = new Program();
        try (TestTree<Program> tree = TestTree.start(program, "hub." + FREE_PORT)) {
            DirectStreamHub.soon().until(() -> program.hub.stats().subscribers() == 1);
            PublishResult publishResult = tree.root().hub.publish("/numbers", "42");
            assertThat(publishResult.receivers()).isEqualTo(1);
            assertThat(publishResult.channel()).isEqualTo("/numbers");
            DirectStreamHub.soon()
                    .untilAsserted(() -> assertThat(program.received).containsExactly("42"));
        }
        assertThat(program.hub.stats().subscribers()).isZero();
    }

    @Test
    @DisplayName("H-10 a stopped hub can be started again, and its ids do not repeat")
    void restarts() throws Exception {
        try (MessageHub hub = new MessageHub()) {
            assertThatThrownBy(() -> hub.publish("/a", "early"))
                    .isInstanceOf(HubRejectedException.class)
                    .hasMessageContaining("between start and stop");
            Ginkgo.start(hub, FREE_PORT);
            Subscription old = hub.subscribe("/a");
            String first = hub.publish("/a", "1").id();
            hub.stop();
            assertThatThrownBy(() -> hub.publish("/a", "late"))
                    .isInstanceOfSatisfying(
                            HubRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(HubRejectedException.Reason.STOPPED));
            assertThat(old.take().text()).isEqualTo("1");
            assertThatIllegalStateException().isThrownBy(old::take).withMessageContaining("the hub has stopped");
            Ginkgo.start(hub, FREE_PORT);
            Subscription fresh = hub.subscribe("/a");
            assertThat(hub.publish("/a", "2").id()).isNotEqualTo(first);
            assertThat(fresh.take().text()).isEqualTo("2");
        }
    }

    @Test
    @DisplayName(
            "H-16 a subscription that falls behind retention receives a gap and continues at the oldest retained message")
    void reportsGap_whenSubscriptionFallsBehind() throws Exception {
        try (TestTree<MessageHub> tree =
                TestTree.start(new MessageHub(), FREE_PORT + "history.count = 10\nhistory.grace = '0s'")) {
            MessageHub hub = tree.root();
            List<Gap> gaps = new ArrayList<>();
            try (Subscription slow = hub.subscribe("/a").onGap(gaps::add)) {
                List<String> ids = IntStream.range(0, 100)
                        .mapToObj(i -> hub.publish("/a", Integer.toString(i)).id())
                        .toList();
                assertThat(slow.take().text()).isEqualTo("90");
                assertThat(gaps).containsExactly(new Gap("/a", 90, ids.get(89)));
                assertThat(hub.stats().dropped()).isEqualTo(90);
            }
        }
    }

    @Test
    @DisplayName("H-13 a payload that is too large, or a channel above the limit, is rejected with the reason")
    void rejectsLargePayloadsAndTooManyChannels() {
        try (TestTree<MessageHub> tree =
                TestTree.start(new MessageHub(), FREE_PORT + "max-channels = 2\nstore.budget = '64KiB'")) {
            MessageHub hub = tree.root();
            hub.publish("/a", new byte[8192]);
            assertThatThrownBy(() -> hub.publish("/a", new byte[8193]))
                    .isInstanceOfSatisfying(
                            HubRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(HubRejectedException.Reason.TOO_LARGE));
            try (Subscription a = hub.subscribe("/a");
                    Subscription b = hub.subscribe("/b")) {
                assertThat(List.of(a, b)).hasSize(2);
                assertThatThrownBy(() -> hub.publish("/c", ""))
                        .isInstanceOf(HubRejectedException.class)
                        .hasMessageContaining("`max-channels` = 2");
            }
            assertThatThrownBy(() -> hub.publish("/a", "\ud800")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @DisplayName("50,000 small messages on 100 channels stay within a small budget")
    void smallBudget() throws Exception {
        assertWithinBudget("1MiB", 50_000, 100);
    }

    @Test
    @Tag("long")
    @DisplayName("a million small messages on 1,000 channels stay within the store budget")
    void largeBudget() throws Exception {
        assertWithinBudget("64MiB", 1_000_000, 1_000);
    }

    private static void assertWithinBudget(String budget, int messages, int channels) throws Exception {
        try (TestTree<MessageHub> tree =
                TestTree.start(new MessageHub(), FREE_PORT + "store.budget = '" + budget + "'")) {
            MessageHub hub = tree.root();
            long maxBytes = dev.ginkgo.config.Size.of(budget).bytes();
            long begin = TimeSource.system().nanos();
            for (int i = 0; i < messages; i++) {
                hub.publish("/" + i % channels, "message " + i);
                if (i % 1_000 == 0) {
                    assertThat(hub.stats().storedBytes()).isLessThanOrEqualTo(maxBytes);
                }
            }
            double seconds = (TimeSource.system().nanos() - begin) / 1e9;
            Measurements.record(
                    messages + " small messages per second, no subscribers", Math.round(messages / seconds));
            assertThat(hub.stats().storedBytes()).isBetween(maxBytes / 2, maxBytes);
        }
    }
}
