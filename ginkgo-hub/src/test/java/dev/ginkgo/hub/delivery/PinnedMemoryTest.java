package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Memory of writes in progress to subscribers at different positions. */
class PinnedMemoryTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final int MESSAGES = 10;
    private static final String BIG = "x".repeat(MEBIBYTE - 64);

    private final FakeClock clock = new FakeClock();
    private final List<String> ids = new ArrayList<>();

    private DirectStreamHub start() {
        return start(16, MESSAGES);
    }

    private DirectStreamHub start(int budgetMebibytes, int messages) {
        DirectStreamHub hub = new DirectStreamHub(1, clock, "store.budget = '" + budgetMebibytes + "MiB'");
        for (int i = 0; i < messages; i++) {
            ids.add(hub.hub.publish("/a", i + BIG).id());
        }
        return hub;
    }

    private ChunkedStreamClient resume(DirectStreamHub hub, int after, int buffers) throws IOException {
        ChannelSelector channel = ChannelSelector.of(ChannelName.of("/a"));
        return hub.connect(SubscribeRequest.of(channel, new Since.After(ids.get(after))), WireFormat.LINES, buffers);
    }

    private static void readAll(ChunkedStreamClient reader) {
        try {
            assertThat(reader.nextText()).contains("\"recovered\":true");
            for (int i = 1; i < MESSAGES; i++) {
                assertThat(reader.nextText()).isEqualTo(i + BIG + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName(
            "H-49 subscribers at different positions that do not read large messages retain a bounded amount of memory")
    void memoryOfPendingWrites_isBounded() throws Exception {
        try (DirectStreamHub hub = start()) {
            // When 60 subscribers resume at different positions, and read nothing
            long most = 0;
            for (int i = 0; i < 60; i++) {
                resume(hub, i % (MESSAGES - 1), 4096);
                hub.statsWhenIdle();
                most = Math.max(most, hub.memory.metric().usedDirectMemory());
            }

            // Then the buffers take what the budget allows: 16 MiB for encoded messages, 8 MiB for writes in progress
            Measurements.record("60 subscribers that do not read messages of 1 MiB, direct memory, bytes", most);
            assertThat(most).isLessThan(25L * MEBIBYTE);
            assertThat(hub.stats().subscribers()).isEqualTo(60);
        }
    }

    @Test
    @Tag("long")
    @DisplayName(
            "H-49 900 and 3,600 subscribers at different messages of 1 MiB that do not read retain the same amount of memory")
    void memoryOfPendingWrites_doesNotDependOnTheNumberOfSubscribers() throws Exception {
        int messages = 30;
        try (DirectStreamHub hub = start(64, messages)) {
            for (int total : new int[] {900, 3_600}) {
                // When subscribers resume at different positions, and read nothing
                long most = 0;
                while (hub.stats().subscribers() < total) {
                    resume(hub, hub.stats().subscribers() % (messages - 1), 4096);
                    hub.statsWhenIdle();
                    most = Math.max(most, hub.memory.metric().usedDirectMemory());
                }

                // Then the buffers take what the budget allows: 64 MiB for encoded messages, 32 MiB for writes in
                // progress
                Measurements.record(
                        total + " subscribers that do not read messages of 1 MiB, direct memory, bytes", most);
                assertThat(most).isLessThan(100L * MEBIBYTE);
                assertThat(hub.stats().subscribers()).isEqualTo(total);
            }
        }
    }

    @Test
    @DisplayName(
            "H-50 subscribers whose writes take longest are disconnected if others wait for memory; they can resume")
    void slowestSubscribers_makeRoomForOthers() throws Exception {
        try (DirectStreamHub hub = start()) {
            // Given subscribers that read nothing, and use all the memory for pending writes
            List<ChunkedStreamClient> dead = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                dead.add(resume(hub, i % (MESSAGES - 1), 4096));
            }
            hub.statsWhenIdle();

            // When another subscriber resumes and reads
            ChunkedStreamClient reader = resume(hub, 0, 0);
            FutureTask<Void> received = new FutureTask<>(() -> readAll(reader), null);
            Thread reading = Thread.ofVirtual().start(received);

            // Then it receives everything before write-timeout, 10 s, has elapsed
            for (int i = 0; i < 9 && !received.isDone(); i++) {
                // The clock must not run ahead of the reader, whose write would be the oldest one then.
                await().during(Duration.ofMillis(100)).until(() -> reading.getState() != Thread.State.RUNNABLE);
                clock.advance(Duration.ofSeconds(1));
                hub.statsWhenIdle();
                hub.statsWhenIdle();
            }
            received.get(20, TimeUnit.SECONDS);
            assertThat(hub.stats().stalled()).isPositive();
            assertThat(hub.stats().gaps()).isZero();

            // and a subscriber that was disconnected resumes where it was
            for (ChunkedStreamClient each : dead) {
                each.close();
            }
            ChunkedStreamClient resumed = resume(hub, 3, 0);
            assertThat(resumed.nextText()).contains("\"recovered\":true");
            assertThat(resumed.nextText()).isEqualTo(4 + BIG + "\n");
        }
    }

    @Test
    @DisplayName("H-50 a slow subscriber is not disconnected while no other one waits for memory")
    void slowSubscriber_remainsWithoutNeed() throws Exception {
        try (DirectStreamHub hub = start()) {
            resume(hub, 0, 4096);
            readAll(resume(hub, 0, 0));
            clock.advance(Duration.ofSeconds(5));
            hub.statsWhenIdle();
            assertThat(hub.stats().subscribers()).isEqualTo(2);
            assertThat(hub.stats().stalled()).isZero();
        }
    }
}
