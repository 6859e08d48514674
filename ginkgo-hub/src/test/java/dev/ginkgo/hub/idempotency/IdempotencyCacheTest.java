package dev.ginkgo.hub.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.idempotency.IdempotencyCache.Lookup;
import dev.ginkgo.hub.idempotency.IdempotencyCache.Registration;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.IdempotencyRecord;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IdempotencyCacheTest {
    private static final String DIGEST = "digest";
    private static final PublishResult RESULT = new PublishResult("id", "/x", 3, 0);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final FakeClock clock = new FakeClock();
    private final IdempotencyCache cache = new IdempotencyCache(clock);

    private static IdempotencyKey key(long client, String text) {
        return new IdempotencyKey(text, DIGEST, client);
    }

    /** Registers a key that is new. */
    private Registration begin(long client, String text) {
        if (cache.begin(key(client, text)) instanceof Lookup.New(Registration registration)) {
            return registration;
        }
        throw new AssertionError(text + " is known");
    }

    private void serve(long client, String text) {
        cache.complete(begin(client, text), RESULT);
    }

    /** Returns whether a result of a key is known. */
    private boolean isKnown(long client, String text) {
        Lookup lookup = cache.begin(key(client, text));
        if (lookup instanceof Lookup.New(Registration registration)) {
            cache.remove(registration);
        }
        return lookup instanceof Lookup.Repeated;
    }

    private void receive(long client, String text, Duration age) {
        cache.replicated(new IdempotencyRecord(key(client, text), "id", 3), "/x", age);
    }

    @Test
    @DisplayName("H-19 10,000 keys are stored; beyond that the oldest is evicted, and memory does not grow")
    void oldestKey_isEvicted() {
        for (int i = 0; i < 100_000; i++) {
            serve(1, "key-" + i);
        }
        assertThat(cache.size()).isEqualTo(IdempotencyCache.MAX_ENTRIES);
        assertThat(isKnown(1, "key-99999")).isTrue();
        assertThat(isKnown(1, "key-90000")).isTrue();
        assertThat(isKnown(1, "key-89999")).isFalse();
    }

    @Test
    @DisplayName("H-58 if the table is full, the client with the most keys loses its oldest one")
    void clientWithMostKeys_losesItsOldestKey() {
        // Given
        int share = IdempotencyCache.MAX_ENTRIES / 4;
        for (int i = 0; i < share; i++) {
            serve(1, "first-" + i);
        }

        // When
        for (int i = 0; i < 10 * share; i++) {
            serve(2, "second-" + i);
            serve(3, "third-" + i);
        }

        // Then
        assertThat(cache.size()).isEqualTo(IdempotencyCache.MAX_ENTRIES);
        assertThat(isKnown(1, "first-0")).isTrue();
        int kept = (IdempotencyCache.MAX_ENTRIES - share) / 2;
        assertThat(isKnown(2, "second-" + (10 * share - kept))).isTrue();
        assertThat(isKnown(3, "third-" + (10 * share - kept))).isTrue();
        assertThat(isKnown(2, "second-" + (10 * share - kept - 1))).isFalse();
    }

    @Test
    @DisplayName("H-58 if all clients have one key, the oldest key is evicted")
    void equalShares_loseTheOldestKey() {
        for (int i = 0; i <= IdempotencyCache.MAX_ENTRIES; i++) {
            serve(i, "key-" + i);
        }
        assertThat(cache.size()).isEqualTo(IdempotencyCache.MAX_ENTRIES);
        assertThat(isKnown(1, "key-1")).isTrue();
        assertThat(isKnown(0, "key-0")).isFalse();
    }

    @Test
    @DisplayName("H-58 keys of other nodes are shared among their clients, too, and do not displace those of this node")
    void replicatedKeys_areShared() {
        for (int i = 0; i < IdempotencyCache.MAX_ENTRIES; i++) {
            serve(1, "own-" + i);
        }
        receive(2, "small", Duration.ZERO);
        for (int i = 0; i < 2 * IdempotencyCache.MAX_ENTRIES; i++) {
            receive(3, "large-" + i, Duration.ZERO);
        }
        assertThat(cache.size()).isEqualTo(2 * IdempotencyCache.MAX_ENTRIES);
        assertThat(isKnown(1, "own-0")).isTrue();
        assertThat(isKnown(2, "small")).isTrue();
    }

    @Test
    @DisplayName("H-59 a repeated request gets the id and the receivers that the other node has answered")
    void replicatedKey_isRepeated() {
        receive(1, "k", Duration.ZERO);
        assertThat(cache.begin(key(2, "k"))).isEqualTo(new Lookup.Repeated(new PublishResult("id", "/x", 3, 1)));
        assertThat(cache.begin(new IdempotencyKey("k", "another", 1))).isEqualTo(new Lookup.KeyReused());
    }

    @Test
    @DisplayName("H-59 a key that this node knows already is not replaced by that of another node")
    void knownKey_isNotReplaced() {
        Registration first = begin(1, "k");
        receive(1, "k", Duration.ZERO);
        assertThat(cache.begin(key(1, "k"))).isEqualTo(new Lookup.InProgress());
        cache.complete(first, RESULT);
        receive(1, "k", Duration.ZERO);
        assertThat(cache.begin(key(1, "k"))).isEqualTo(new Lookup.Repeated(RESULT));
    }

    @Test
    @DisplayName("H-59 a key that is received by state transfer expires when it expires at its source")
    void transferredKey_keepsItsAge() {
        receive(1, "expired", IdempotencyCache.RETENTION);
        receive(1, "k", IdempotencyCache.RETENTION.minus(MINUTE));
        assertThat(isKnown(1, "expired")).isFalse();
        assertThat(isKnown(1, "k")).isTrue();
        clock.advance(MINUTE);
        assertThat(isKnown(1, "k")).isFalse();
        assertThat(cache.size()).isZero();
    }

    @Test
    @DisplayName("H-19 a request repeated while the first is being served is in progress, until it is rejected")
    void repeatedWhileInProgress_isReported() {
        Registration first = begin(1, "k");
        assertThat(cache.begin(key(1, "k"))).isEqualTo(new Lookup.InProgress());
        cache.remove(first);
        assertThat(cache.begin(key(1, "k"))).isInstanceOf(Lookup.New.class);
    }

    @Test
    @DisplayName("H-350 a request in progress stays so, however many keys are used and however long it takes")
    void inProgress_isNotEvicted() {
        // Given
        Registration first = begin(1, "k");

        // When
        for (int i = 0; i <= IdempotencyCache.MAX_ENTRIES; i++) {
            serve(1, "key-" + i);
        }
        clock.advance(IdempotencyCache.RETENTION.multipliedBy(2));

        // Then it is not accepted a second time, and its result is kept from its end on
        assertThat(cache.begin(key(1, "k"))).isEqualTo(new Lookup.InProgress());
        cache.complete(first, RESULT);
        clock.advance(IdempotencyCache.RETENTION.minusMillis(1));
        assertThat(cache.begin(key(1, "k"))).isEqualTo(new Lookup.Repeated(RESULT));
        clock.advance(Duration.ofMillis(1));
        assertThat(isKnown(1, "k")).isFalse();
        assertThat(cache.size()).isZero();
    }

    @Test
    @DisplayName("H-350 the end of a request does not end a later one with the same key")
    void end_concernsItsOwnRequest() {
        Registration rejected = begin(1, "k");
        cache.remove(rejected);
        Registration repeated = begin(1, "k");

        cache.remove(rejected);
        cache.complete(rejected, new PublishResult("wrong", "/x", 0, 0));
        assertThat(cache.begin(key(1, "k"))).isEqualTo(new Lookup.InProgress());

        cache.complete(repeated, RESULT);
        cache.remove(repeated);
        assertThat(cache.begin(key(1, "k"))).isEqualTo(new Lookup.Repeated(RESULT));
    }

    @Test
    @DisplayName(
            "H-351 a request that has failed, but whose message has been read from its stream, is not accepted again")
    void failedRequest_whoseMessageWasRead_isRepeated() {
        // Given
        Registration first = begin(1, "k");
        cache.read(key(1, "k"), RESULT, Duration.ZERO);
        assertThat(cache.resultOf(key(1, "k"))).contains(RESULT);

        // When: its deadline has passed at the same moment
        cache.remove(first);

        // Then
        assertThat(cache.begin(key(1, "k"))).isEqualTo(new Lookup.Repeated(RESULT));
        assertThat(cache.begin(new IdempotencyKey("k", "another", 1))).isEqualTo(new Lookup.KeyReused());
    }
}
