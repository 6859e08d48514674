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

/** The hub as a program sees it. */
class MessageHubTest {
    private static final String FREE_PORT = "http.bind = '127.0.0.1:0'\n";

    /** The three lines. */
    private static final class Program extends Service {
        final MessageHub hub = add("hub", new MessageHub());
        final ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();

        @Override
        protected void onStart() {
            Subscription before = hub.subscribe("/numbers"); // by a hook: the program's own to close
            before.close();
            spawn("reader", () -> {
                for (Message message : hub.subscribe("/numbers")) {
                    got.add(message.text());
                }
            });
        }
    }

    @Test
    @DisplayName("H-09 a subscription gets what is published from then on, and is closed with the task that made it")
    void embedded() {
        Program program = new Program();
        try (TestTree<Program> tree = TestTree.start(program, "hub." + FREE_PORT)) {
            DirectStreamHub.soon().until(() -> program.hub.stats().subscribers() == 1);
            PublishResult publishResult = tree.root().hub.publish("/numbers", "42");
            assertThat(publishResult.receivers()).isEqualTo(1);
            assertThat(publishResult.channel()).isEqualTo("/numbers");
            DirectStreamHub.soon().untilAsserted(() -> assertThat(program.got).containsExactly("42"));
        }
        assertThat(program.hub.stats().subscribers()).isZero();
    }

    @Test
    @DisplayName("H-10 a hub that was stopped starts again and works; ids do not repeat")
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
    @DisplayName("H-16 a subscription that is overtaken is told the gap, and goes on at the oldest message left")
    void gap() throws Exception {
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
    @DisplayName("H-13 what is too large, or one channel too many, is refused, and it is said why")
    void refused() {
        try (TestTree<MessageHub> tree =
                TestTree.start(new MessageHub(), FREE_PORT + "max-channels = 2\nstore.budget = '64KiB'")) {
            MessageHub hub = tree.root();
            hub.publish("/a", new byte[8192]);
            assertThatThrownBy(() -> hub.publish("/a", new byte[8193]))
                    .isInstanceOfSatisfying(
                            HubRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(HubRejectedException.Reason.TOO_LARGE));
            hub.publish("/b", "");
            assertThatThrownBy(() -> hub.publish("/c", ""))
                    .isInstanceOf(HubRejectedException.class)
                    .hasMessageContaining("`max-channels` = 2");
            assertThatThrownBy(() -> hub.publish("/a", "\ud800")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @DisplayName("50,000 small messages on 100 channels stay inside a small budget")
    void smallBudget() throws Exception {
        stayInside("1MiB", 50_000, 100);
    }

    @Test
    @Tag("long")
    @DisplayName("a million small messages on 1,000 channels stay inside the store's budget")
    void largeBudget() throws Exception {
        stayInside("64MiB", 1_000_000, 1_000);
    }

    private static void stayInside(String budget, int messages, int channels) throws Exception {
        try (TestTree<MessageHub> tree =
                TestTree.start(new MessageHub(), FREE_PORT + "store.budget = '" + budget + "'")) {
            MessageHub hub = tree.root();
            long most = dev.ginkgo.config.Size.of(budget).bytes();
            long begin = TimeSource.system().nanos();
            for (int i = 0; i < messages; i++) {
                hub.publish("/" + i % channels, "message " + i);
                if (i % 1_000 == 0) {
                    assertThat(hub.stats().storedBytes()).isLessThanOrEqualTo(most);
                }
            }
            double seconds = (TimeSource.system().nanos() - begin) / 1e9;
            Measurements.record(messages + " small messages, a second, nobody reading", Math.round(messages / seconds));
            assertThat(hub.stats().storedBytes()).isBetween(most / 2, most);
        }
    }
}
