package dev.ginkgo.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChannelSubjectsTest {
    private static final String[] PARTS = {"a", "room", "7", " ", ".", "=", "$", ",", "ü", "日本", "🌱", "%20", "'", "\\"
    };

    private final ChannelSubjects subjects = new ChannelSubjects("ginkgo", 4);

    @Test
    @DisplayName("N-13: the subject of a channel is decoded to the same channel")
    void channelsRoundTrip() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder built = new StringBuilder();
            for (int segments = 1 + random.nextInt(4); segments > 0; segments--) {
                built.append('/');
                for (int n = 1 + random.nextInt(3); n > 0; n--) {
                    built.append(PARTS[random.nextInt(PARTS.length)]);
                }
            }
            String channel = built.toString();

            String subject = subjects.subject(channel);

            assertThat(subject).as("seed %d, %s", seed, channel).matches("ginkgo\\.[0-3](\\.[A-Za-z0-9_=-]+)+");
            assertThat(subjects.channel(subject)).as("seed %d", seed).isEqualTo(channel);
        }
    }

    @Test
    @DisplayName("N-13: the wildcards of patterns are those of subjects")
    void patternsRoundTrip() {
        assertThat(ChannelSubjects.path("/room/*/door")).isEqualTo("room.*.door");
        assertThat(ChannelSubjects.path("/räume/>")).isEqualTo("r=C3=A4ume.>");
        for (String pattern : new String[] {"/*", "/>", "/room/*/door", "/räume/7.b/>"}) {
            assertThat(ChannelSubjects.channelOfPath(ChannelSubjects.path(pattern)))
                    .isEqualTo(pattern);
        }
    }

    @Test
    @DisplayName("N-13: the stream of a channel does not change")
    void streamIsStable() {
        assertThat(subjects.subject("/numbers")).isEqualTo("ginkgo." + subjects.stream("/numbers") + ".numbers");
        assertThat(new ChannelSubjects("other", 4).stream("/numbers")).isEqualTo(subjects.stream("/numbers"));
        assertThat(subjects.stream("/numbers")).isZero(); // CRC-32 modulo 4
        assertThatThrownBy(() -> subjects.channel("ginkgo.1")).isInstanceOf(IllegalArgumentException.class);
    }
}
