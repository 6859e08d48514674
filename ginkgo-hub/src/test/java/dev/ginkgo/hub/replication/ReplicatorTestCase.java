package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Time;
import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Holdings;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Stretch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;

/** One node that hears what others say, on a clock that stands still. */
abstract class ReplicaScene {
    static final Origin SELF = new Origin("self", 1);
    static final Origin A = new Origin("a", 1);
    static final Origin B = new Origin("b", 1);

    final List<String> story = new ArrayList<>();
    final List<String> asked = new ArrayList<>();
    final Hands time = new Hands();
    final Replica replica = replica(story, asked, time);

    /** Another one, that has not begun. */
    Replica replica() {
        return replica(story, asked, time);
    }

    private static Replica replica(List<String> story, List<String> asked, Time time) {
        return new Replica(
                SELF,
                new Ledger() {
                    @Override
                    public void relay(Envelope message) {
                        story.add(message.origin().name() + message.sequence());
                    }

                    @Override
                    public void lost(Loss loss) {
                        story.add("lost " + loss.stretch().from() + ".."
                                + loss.stretch().to()
                                + (loss.beforeUs() ? " before us" : "")
                                + (loss.sound().isEmpty() ? "" : " but not on " + loss.sound()));
                    }

                    @Override
                    public Answer answer(Stretch stretch) {
                        return Answer.nothing(stretch);
                    }

                    @Override
                    public void met(Origin life) {}

                    @Override
                    public Holdings holdings(long after, Origin self) {
                        return Holdings.nothing(after);
                    }

                    @Override
                    public void inherit(Holdings some) {
                        assertThat(some.items()).isEmpty();
                    }

                    @Override
                    public void disinherit() {
                        throw new UnsupportedOperationException("this node has begun alone");
                    }
                },
                new Replica.Questions(
                        (peer, stretch) -> asked.add(peer.name() + ": "
                                + stretch.origin().name() + " " + stretch.from() + ".." + stretch.to()),
                        (peer, after) -> {}),
                () -> {},
                time);
    }

    @BeforeEach
    void begin() {
        replica.begin();
    }

    static final class Hands implements Time {
        long nanos;

        @Override
        public Instant now() {
            return Instant.EPOCH.plusNanos(nanos);
        }

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void park(long deadline) {
            throw new UnsupportedOperationException("nobody waits here");
        }

        @Override
        public void unpark(Thread thread) {
            throw new UnsupportedOperationException("nobody waits here");
        }
    }

    void pass(long millis) {
        for (long left = millis; left > 0; left -= 50) {
            time.nanos += Duration.ofMillis(50).toNanos();
            replica.tick();
        }
    }

    static Envelope message(Origin origin, long sequence, long previous, String channel) {
        return new Envelope(origin, sequence, previous, channel, false, new byte[10], 0, Optional.empty());
    }

    static Envelope message(Origin origin, long sequence) {
        return message(origin, sequence, sequence - 1, "/n");
    }

    void received(Origin origin, long... sequences) {
        Arrays.stream(sequences).forEach(each -> replica.received(message(origin, each)));
    }

    void answer(Origin peer, Stretch stretch, long through, long... sequences) {
        List<Envelope> found = LongStream.of(sequences)
                .mapToObj(each -> message(stretch.origin(), each))
                .toList();
        replica.answered(peer, new Answer(stretch, found, through));
    }

    void meets(Origin... peers) {
        replica.ready(Set.of(peers));
        for (Origin peer : peers) {
            replica.beat(peer, 0, Map.of());
        }
    }
}
