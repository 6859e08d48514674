package dev.ginkgo.hub.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatternSetTest {
    private static final int CASES = 3_000;

    /** Segments of the generated names: two that patterns name, and one that none names. */
    private static final List<String> SEGMENTS = List.of("a", "b", "c");

    private static final int MAX_PATTERN_LENGTH = 4;

    /** One more than the longest pattern: what a set includes of this length, it includes of every greater length. */
    private static final List<ChannelName> NAMES = names(MAX_PATTERN_LENGTH + 1);

    @ParameterizedTest
    @CsvSource({
        "/>, /a/b, true",
        "/>, />, true",
        "/a, /a, true",
        "/a, /A, false",
        "/a/*, /a/b, true",
        "/a/*, /a/*, true",
        "/a/*, /a/>, false",
        "/a/>, /a/*, true",
        "/a/>, /a/*/b, true",
        "/a/>, /a, false",
        "/a/>, />, false",
        "/*/b, /a/*, false",
        "/*/*, /a/*, true",
        "/*/>, /a/>, true",
        "/*/>, />, false",
        "/a;/b, /*, false",
        "/*;/*/>, />, true",
        "/a/*;/a/*/*;/a/*/*/>, /a/>, true",
        "/a/*;/a/*/*/>, /a/>, false",
        "/room/7, /room/77, false",
        "/room, /room/7, false",
    })
    @DisplayName("H-110 a grant covers a pattern if it includes every channel of the pattern")
    void coversKnownCases(String set, String requested, boolean expected) {
        assertThat(new PatternSet(List.of(set.split(";"))).covers(requested)).isEqualTo(expected);
    }

    @Test
    @DisplayName(
            "H-110 for random grants and patterns, coverage is what the enumeration of all short channel names finds")
    void coverageEqualsEnumeration() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int covered = 0;
        for (int i = 0; i < CASES; i++) {
            // Given a grant of up to four patterns, and a requested pattern
            List<String> grant = new ArrayList<>();
            for (int j = random.nextInt(1, 5); j > 0; j--) {
                grant.add(pattern(random));
            }
            String requested = pattern(random);

            // When
            boolean covers = new PatternSet(grant).covers(requested);

            // Then
            ChannelSelector granted = new ChannelSelector(grant, true);
            SelectorMatcher grantMatcher = new SelectorMatcher(granted);
            SelectorMatcher requestMatcher = new SelectorMatcher(new ChannelSelector(List.of(requested), false));
            boolean expected = NAMES.stream()
                    .filter(name -> requestMatcher.matches(name, name.segments()))
                    .allMatch(name -> grantMatcher.matches(name, name.segments()));
            assertThat(covers)
                    .as("%s covers %s (seed %d)", grant, requested, seed)
                    .isEqualTo(expected);
            covered += covers ? 1 : 0;
        }
        assertThat(covered).isBetween(CASES / 50, CASES * 49 / 50);
    }

    /** Returns a pattern or name with at most the maximum number of segments, of which none is the third. */
    private static String pattern(Random random) {
        StringBuilder pattern = new StringBuilder();
        int length = random.nextInt(1, MAX_PATTERN_LENGTH + 1);
        for (int i = 1; i <= length; i++) {
            int kind = random.nextInt(i == length ? 6 : 4);
            pattern.append('/').append(kind < 2 ? SEGMENTS.get(kind) : kind < 4 ? "*" : ">");
        }
        return pattern.toString();
    }

    private static List<ChannelName> names(int maxLength) {
        List<ChannelName> all = new ArrayList<>();
        List<String> longest = List.of("");
        for (int length = 1; length <= maxLength; length++) {
            longest = longest.stream()
                    .flatMap(prefix -> SEGMENTS.stream().map(segment -> prefix + "/" + segment))
                    .toList();
            longest.forEach(name -> all.add(ChannelName.of(name)));
        }
        return all;
    }
}
