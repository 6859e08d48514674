package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Mailbox;
import dev.ginkgo.Mailbox.Overflow;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private final TestService root = TestService.root();
    private final Mailbox<Integer> newest = root.child("newest", new Mailbox<>(2, Overflow.DROP_OLDEST));
    private final Mailbox<Integer> oldest = root.child("oldest", new Mailbox<>(2, Overflow.DROP_NEWEST));
    private final Mailbox<Integer> all = root.child("all", new Mailbox<>(2, Overflow.BLOCK));

    @BeforeEach
    void start() {
        root.start();
    }

    @AfterEach
    void stop() {
        root.stop();
    }

    @Test
    @DisplayName("N-06 DROP_OLDEST keeps the newest items, DROP_NEWEST the oldest; dropped items are counted")
    void dropsAndCountsItems_whenFull() throws InterruptedException {
        for (int i = 1; i <= 4; i++) {
            assertThat(newest.put(i)).isTrue();
            assertThat(oldest.put(i)).isEqualTo(i <= 2);
        }

        assertThat(newest.size()).isEqualTo(2);
        assertThat(newest.dropped()).isEqualTo(2);
        assertThat(List.of(newest.take(), newest.take())).containsExactly(3, 4);
        assertThat(oldest.dropped()).isEqualTo(2);
        assertThat(List.of(oldest.take(), oldest.take())).containsExactly(1, 2);
        assertThat(oldest.size()).isZero();
    }

    @Test
    @DisplayName("N-06 with BLOCK, put waits until there is room or the mailbox has stopped permanently")
    void putBlocks_whenFull() throws InterruptedException {
        all.put(1);
        all.put(2);
        BackgroundThread third =
                BackgroundThread.run(() -> assertThat(all.put(3)).isTrue());
        await().until(third::isParked);

        assertThat(all.take()).isEqualTo(1);
        assertThat(third.awaitThrown()).isNull();
        BackgroundThread fourth =
                BackgroundThread.run(() -> assertThat(all.put(4)).isFalse());
        await().until(fourth::isParked);
        root.stop();

        assertThat(fourth.awaitThrown()).isNull();
        assertThat(List.of(all.take(), all.take())).containsExactly(2, 3);
        assertThat(all.dropped()).as("items put after the permanent stop").isEqualTo(1);
    }

    @Test
    @DisplayName("N-07 an iteration ends when the mailbox has stopped permanently and is empty")
    void iterationEnds_whenTheMailboxHasStopped() throws InterruptedException {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        BackgroundThread consumer = BackgroundThread.run(() -> all.forEach(seen::add));
        all.put(1);
        await().until(() -> seen.size() == 1 && consumer.isParked());

        root.stop();

        assertThat(consumer.awaitThrown()).isNull();
        assertThat(seen).containsExactly(1);
        assertThatThrownBy(all::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("test-service/all has stopped and is empty; no more items will arrive");
        Iterator<Integer> ended = all.iterator();
        assertThat(ended.hasNext()).isFalse();
        assertThatThrownBy(ended::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    @DisplayName("N-07 an interrupt ends the iteration, and the interrupt status is kept")
    void iterationEnds_whenInterrupted() {
        List<Boolean> flag = Collections.synchronizedList(new ArrayList<>());
        BackgroundThread consumer = BackgroundThread.run(() -> {
            for (Integer each : all) {
                throw new AssertionError(each);
            }
            flag.add(Thread.currentThread().isInterrupted());
        });
        await().until(consumer::isParked);

        consumer.interrupt();

        assertThat(consumer.awaitThrown()).isNull();
        assertThat(flag).containsExactly(true);
    }

    @Test
    @DisplayName("N-07 each item goes to one consumer")
    void eachItemGoesToOneConsumer() throws InterruptedException {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        List<BackgroundThread> consumers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            consumers.add(BackgroundThread.run(() -> all.forEach(seen::add)));
        }
        List<Integer> put = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            put.add(i);
            all.put(i);
        }
        root.stop();

        consumers.forEach(consumer -> assertThat(consumer.awaitThrown()).isNull());
        assertThat(seen).containsExactlyInAnyOrderElementsOf(put);
    }

    @Test
    @DisplayName("N-06 a capacity below one and a null item are rejected")
    void rejectsInvalidArguments() {
        assertThatThrownBy(() -> new Mailbox<String>(0, Overflow.BLOCK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity is 0; a mailbox needs a capacity of at least 1");
    }

    @Test
    @DisplayName("T-35 a poll with a limit returns an item, or nothing when its time or the mailbox has ended")
    void pollEndsAtItsLimit() throws InterruptedException {
        all.put(1);
        assertThat(all.poll(Duration.ZERO)).contains(1);
        assertThat(all.poll(Duration.ZERO)).isEmpty();
        assertThat(all.poll(Duration.ofMillis(1))).isEmpty();

        List<Optional<Integer>> polled = Collections.synchronizedList(new ArrayList<>());
        BackgroundThread consumer = BackgroundThread.run(() -> {
            polled.add(all.poll(Duration.ofHours(1)));
            polled.add(all.poll(Duration.ofHours(1)));
        });
        await().until(consumer::isParked);
        all.put(2);
        await().until(() -> polled.size() == 1 && consumer.isParked());
        root.stop();

        assertThat(consumer.awaitThrown()).isNull();
        assertThat(polled).containsExactly(Optional.of(2), Optional.empty());
    }

    @Test
    @DisplayName("T-36 drainTo moves the queued items, up to a number, and makes room for every producer that waits")
    void drainToMovesItems() throws InterruptedException {
        all.put(1);
        all.put(2);
        BackgroundThread third =
                BackgroundThread.run(() -> assertThat(all.put(3)).isTrue());
        BackgroundThread fourth =
                BackgroundThread.run(() -> assertThat(all.put(3)).isTrue());
        await().until(() -> third.isParked() && fourth.isParked());
        List<Integer> batch = new ArrayList<>();

        assertThat(all.drainTo(batch, 10)).isEqualTo(2);
        assertThat(third.awaitThrown()).isNull();
        assertThat(fourth.awaitThrown()).isNull();
        assertThat(all.drainTo(batch, 1)).isEqualTo(1);

        assertThat(batch).containsExactly(1, 2, 3);
        assertThat(all.size()).isEqualTo(1);
        assertThat(all.drainTo(batch, 0)).isZero();
    }
}
