package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PublishRateLimiterTest {
    private static final long ALICE = 1;
    private static final long BOB = 2;

    private final FakeClock clock = new FakeClock();
    private int rate = 10;
    private int burst = 3;
    private final PublishRateLimiter limiter = new PublishRateLimiter(() -> rate, () -> burst, clock);

    /** Publishes until a message is rejected, and returns how many were accepted. */
    private int publishAll(long client) {
        int accepted = 0;
        while (isAccepted(client)) {
            accepted++;
        }
        return accepted;
    }

    private boolean isAccepted(long client) {
        try {
            limiter.acquire(client);
            return true;
        } catch (ProblemException e) {
            assertThat(e.problem()).isEqualTo(ProblemType.TOO_MANY_MESSAGES);
            return false;
        }
    }

    @Test
    @DisplayName("H-200 a client publishes a burst at once, then at its rate, and a burst again after a pause")
    void client_publishesBurstThenAtRate() {
        assertThat(publishAll(ALICE)).isEqualTo(3);
        // one message each 100 ms, however often it tries
        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofMillis(99));
            assertThat(isAccepted(ALICE)).isFalse();
            clock.advance(Duration.ofMillis(1));
            assertThat(publishAll(ALICE)).isEqualTo(1);
        }
        clock.advance(Duration.ofMillis(200));
        assertThat(publishAll(ALICE)).isEqualTo(2);
        clock.advance(Duration.ofDays(1));
        assertThat(publishAll(ALICE)).isEqualTo(3);
        // another client has its own burst
        assertThat(publishAll(BOB)).isEqualTo(3);
    }

    @Test
    @DisplayName("H-200 without a configured burst, it is as many messages as in one second")
    void defaultBurst_isOneSecond() {
        burst = 0;
        assertThat(publishAll(ALICE)).isEqualTo(10);
        clock.advance(Duration.ofSeconds(1));
        assertThat(publishAll(ALICE)).isEqualTo(10);
    }

    @Test
    @DisplayName("H-200 a changed limit applies at once, also to clients that have used up the previous one")
    void changedLimit_appliesAtOnce() {
        rate = 1;
        burst = 1_000;
        assertThat(publishAll(ALICE)).isEqualTo(1_000);

        // When the rate is raised, the client does not wait for the 1,000 s that it would have needed before
        rate = 1_000;
        assertThat(isAccepted(ALICE)).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(publishAll(ALICE)).isEqualTo(1);

        // When the burst is lowered, or the limit is switched off
        burst = 2;
        assertThat(isAccepted(ALICE)).isFalse();
        clock.advance(Duration.ofMillis(2));
        assertThat(publishAll(ALICE)).isEqualTo(2);
        rate = 0;
        for (int i = 0; i < 10_000; i++) {
            assertThat(isAccepted(ALICE)).isTrue();
        }
    }

    @Test
    @DisplayName("H-203 the limiter forgets clients that have not published for a while")
    void pausedClients_areForgotten() {
        for (long client = 0; client < 1_000; client++) {
            isAccepted(client);
        }
        assertThat(limiter.size()).isEqualTo(1_000);
        clock.advance(Duration.ofMillis(100));
        for (int i = 0; i < 1_000; i++) {
            isAccepted(ALICE);
        }
        assertThat(limiter.size()).isEqualTo(1);
    }

    @Test
    @DisplayName("H-203 many clients at once use limited memory, and none of them keeps another one from publishing")
    void manyClients_useLimitedMemory() {
        for (long client = 0; client < 3L * PublishRateLimiter.MAX_CLIENTS; client++) {
            assertThat(isAccepted(client)).isTrue();
        }
        assertThat(limiter.size()).isEqualTo(PublishRateLimiter.MAX_CLIENTS);
        // one that goes on publishing is not forgotten
        assertThat(publishAll(ALICE)).isEqualTo(3);
        for (long client = BOB; client < PublishRateLimiter.MAX_CLIENTS; client++) {
            isAccepted(client);
            assertThat(isAccepted(ALICE)).isFalse();
        }
    }

    @Test
    @DisplayName("H-205 an idempotency key and a channel count for the client that publishes")
    void publish_countsForClient() throws Exception {
        List<Long> clients = new ArrayList<>();
        PublishService service = new PublishService(
                (channel, _, client, key) -> {
                    clients.add(client);
                    key.ifPresent(each -> clients.add(each.client()));
                    return new PublishResult("id", channel.text(), 0, 0);
                },
                new IdempotencyCache(clock),
                limiter,
                () -> false);
        ChannelName channel = ChannelName.of("/x");
        service.publish(channel, Payload.text("1"), ALICE, "key");
        service.publish(channel, Payload.text("1"), BOB, null);
        assertThat(clients).containsExactly(ALICE, ALICE, BOB);

        // a key whose request was rejected may be used again
        publishAll(ALICE);
        assertThatThrownBy(() -> service.publish(channel, Payload.text("2"), ALICE, "other"))
                .hasMessageContaining("http.max-publish-rate-per-client = 10");
        assertThat(service.publish(channel, Payload.text("1"), ALICE, "key").replayed())
                .isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(service.publish(channel, Payload.text("2"), ALICE, "other").replayed())
                .isFalse();
    }
}
