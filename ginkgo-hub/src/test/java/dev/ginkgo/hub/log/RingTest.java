package dev.ginkgo.hub.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.position.EvictionWatermark;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RingTest {
    private final ChannelLog log = new ChannelLog(ChannelName.of("/a"), new EvictionWatermark());
    private final Ring ring = new Ring();
    private long arrival;

    private Entry append() {
        arrival++;
        StoredMessage message =
                new StoredMessage("/a", new Position(1, 1, arrival), List.of(), Instant.EPOCH, Payload.text("x"));
        Entry entry = new Entry(message, log, arrival, arrival, null);
        ring.append(entry);
        return entry;
    }

    @Test
    @DisplayName("H-30 an append to a long history allocates and copies a limited number of slots")
    void append_allocatesLittle() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        StoredMessage message =
                new StoredMessage("/a", new Position(1, 1, 1), List.of(), Instant.EPOCH, Payload.text("x"));
        long most = 0;
        for (int i = 0; i < 300_000; i++) {
            Entry entry = new Entry(message, log, i, i, null);
            long before = threads.getCurrentThreadAllocatedBytes();
            ring.append(entry);
            most = Math.max(most, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(most).isPositive().isLessThan(256 * 1024);
    }

    @Test
    @DisplayName("a ring that grows and shrinks keeps its messages and recorded losses under their numbers")
    void ring_keepsNumbers() {
        Random random = new Random(1);
        TreeMap<Long, Entry> expected = new TreeMap<>();
        TreeMap<Long, Boolean> losses = new TreeMap<>();
        for (int phase = 0; phase < 40; phase++) {
            // Given messages and losses at the end
            int appended = random.nextInt(6_000);
            for (int i = 0; i < appended; i++) {
                if (random.nextInt(500) == 0) {
                    losses.put(ring.end(), true);
                    ring.appendLoss(++arrival);
                } else {
                    expected.put(ring.end(), append());
                }
            }
            // When messages are removed, most of them the oldest
            int removed = random.nextInt(Math.max(1, (int) (expected.size() * random.nextDouble())));
            List<Entry> candidates = new ArrayList<>(expected.values());
            for (int i = 0; i < removed; i++) {
                Entry entry = candidates.get(random.nextInt(20) == 0 ? random.nextInt(candidates.size()) : i);
                long number = ring.remove(entry);
                if (number >= 0) {
                    assertThat(expected.remove(number)).isSameAs(entry);
                }
            }
            // Then the others are where they were
            assertThat(ring.messages()).isEqualTo(expected.size());
            if (!expected.isEmpty()) {
                assertThat(ring.first()).isEqualTo(expected.firstKey());
                assertThat(ring.newest()).isEqualTo(expected.lastKey());
            }
            for (long number = ring.first(); number < ring.end(); number++) {
                assertThat(ring.get(number)).isSameAs(expected.get(number));
                Long nextLoss = losses.ceilingKey(number);
                assertThat(ring.hasLossBetween(number, number + 1))
                        .isEqualTo(nextLoss != null && (nextLoss == number || nextLoss < ring.first()));
            }
        }
    }

    @Test
    @DisplayName("H-84 slots of evicted messages between two messages are skipped, and a loss among them is found")
    void emptySlots_areSkipped() {
        // Given one old and one new message, with a loss between those that were evicted
        Entry old = append();
        List<Entry> evicted = new ArrayList<>();
        for (int i = 1; i < 100_000; i++) {
            if (i == 50_000) {
                ring.appendLoss(++arrival);
            } else {
                evicted.add(append());
            }
        }
        append();
        evicted.forEach(ring::remove);

        // Then
        assertThat(ring.nextPresent(1)).isEqualTo(100_000);
        assertThat(ring.hasLossBetween(1, 50_000)).isFalse();
        assertThat(ring.hasLossBetween(1, 50_001)).isTrue();
        assertThat(ring.hasLossBetween(50_001, 100_000)).isFalse();
        assertThat(ring.newest()).isEqualTo(100_000);

        // and when the old message is evicted, the loss is still known
        assertThat(ring.remove(old)).isZero();
        assertThat(ring.first()).isEqualTo(100_000);
        assertThat(ring.hasLossBetween(50_000, 100_000)).isTrue();
        assertThat(ring.hasLossBetween(50_001, 100_000)).isFalse();
    }
}
