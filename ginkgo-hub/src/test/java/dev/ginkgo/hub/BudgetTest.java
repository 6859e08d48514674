package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever is published and however it is read, the store stays inside its budget. */
class BudgetTest {
    private static final List<Framing> FRAMINGS = List.of(Framing.LINES, Framing.SSE, Framing.NDJSON);

    @Test
    @DisplayName("H-29 50,000 messages of mixed sizes through 10,000 channels, readers at every position")
    void suite() throws Exception {
        stayInside("8MiB", 50_000);
    }

    @Test
    @Tag("long")
    @DisplayName("H-29 a million messages of mixed sizes through 10,000 channels, readers at every position")
    void million() throws Exception {
        stayInside("64MiB", 1_000_000);
    }

    private static void stayInside(String budget, int messages) throws Exception {
        Random random = new Random(1);
        long most = Size.of(budget).bytes();
        try (Hubs hubs = new Hubs(2, "store.budget = '" + budget + "'\nmax-channels = 20000\nwrite-timeout = '10m'")) {
            List<Subscription> subscriptions = new ArrayList<>();
            int stuck = 0;
            for (int i = 0; i < messages; i++) {
                int channel = random.nextInt(10) < 8 ? random.nextInt(10_000) : random.nextInt(10);
                int size = random.nextInt(100) == 0 ? random.nextInt(50_000) : random.nextInt(300);
                hubs.hub.publish("/c/" + channel, "x".repeat(size));
                if (i % (messages / 100) == 0) { // readers that stay where they are
                    Since since = i % 3 == 0 ? Since.Point.ALL : i % 3 == 1 ? Since.Point.LATEST : Since.Point.NONE;
                    String what = i % 5 == 0 ? "/c/*" : "/c/" + random.nextInt(10);
                    subscriptions.add(hubs.hub.subscribe(what, since).onGap(gap -> {}));
                    hubs.connect(Wish.of(Selector.of(what), since), FRAMINGS.get(i % 3), 4096);
                    stuck++;
                }
                if (i % 100 == 0) {
                    assertThat(hubs.stats().storedBytes()).isLessThanOrEqualTo(most);
                    assertThat(hubs.memory.metric().usedDirectMemory())
                            .isLessThan(most + stuck * (View.BATCH + 60_000L));
                }
            }
            for (Subscription each : subscriptions) {
                each.take();
                each.close();
            }
            assertThat(hubs.stats().storedBytes()).isPositive();
        }
    }
}
