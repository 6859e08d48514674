package dev.ginkgo.hub.channel;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Set of channel names and patterns that decides whether it includes every channel of another pattern. Immutable.
 *
 * <p>The decision is exact. A {@code *} of the requested pattern stands for a segment that no pattern of the set names, so
 * only a {@code *} or {@code >} of the set covers it; what covers that segment covers all others. A pattern that ends with
 * {@code >} stands for names of every length: each length must be covered, by one pattern of that length or by one that
 * ends with {@code >}. So {@code /a/*} and {@code /a/*}{@code />} together cover {@code /a/>}. (That names are at most 255 bytes long is
 * not taken into account.)
 */
public final class PatternSet {
    private static final String ANY = "*";
    private static final String REST = ">";

    /** Memory of a name in two sets, and of a segment, without their characters. */
    private static final int BYTES_PER_NAME = 120;

    private static final int BYTES_PER_SEGMENT = 56;

    private final Set<String> names = new HashSet<>();
    private final List<String[]> patterns;
    private final Set<String> all;

    /**
     * @param namesAndPatterns valid names and patterns, see {@link ChannelSelector#of(String)}
     */
    public PatternSet(List<String> namesAndPatterns) {
        all = Set.copyOf(new HashSet<>(namesAndPatterns));
        all.stream().filter(ChannelSelector::isName).forEach(names::add);
        patterns = all.stream()
                .filter(each -> !ChannelSelector.isName(each))
                .map(ChannelSelector::segments)
                .toList();
    }

    /** Returns whether the set includes every channel of a valid name or pattern. */
    public boolean covers(String nameOrPattern) {
        if (names.contains(nameOrPattern)) {
            return true;
        }
        if (patterns.isEmpty()) {
            return false;
        }
        String[] requested = ChannelSelector.segments(nameOrPattern);
        if (requested[requested.length - 1].equals(REST)) {
            return coversAllLengths(requested, requested.length - 1);
        }
        return coversLength(requested, requested.length, requested.length);
    }

    /**
     * Returns whether all names with the first {@code prefix} requested segments and at least one more are included.
     */
    private boolean coversAllLengths(String[] requested, int prefix) {
        int from = Integer.MAX_VALUE; // all names of at least this length are covered
        for (String[] pattern : patterns) {
            if (endsWithRest(pattern)
                    && pattern.length < from
                    && covers(pattern, pattern.length - 1, requested, prefix)) {
                from = pattern.length;
            }
        }
        if (from == Integer.MAX_VALUE) {
            return false;
        }
        for (int length = prefix + 1; length < from; length++) {
            if (!coversLength(requested, prefix, length)) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether all names of a length are included, of which the first {@code prefix} segments are given. */
    private boolean coversLength(String[] requested, int prefix, int length) {
        for (String[] pattern : patterns) {
            boolean matchesLength = endsWithRest(pattern) ? pattern.length <= length : pattern.length == length;
            int compared = endsWithRest(pattern) ? pattern.length - 1 : pattern.length;
            if (matchesLength && covers(pattern, compared, requested, prefix)) {
                return true;
            }
        }
        return false;
    }

    /** Compares the first segments of a pattern with those requested, after which any segments may follow. */
    private static boolean covers(String[] pattern, int compared, String[] requested, int prefix) {
        for (int i = 0; i < compared; i++) {
            if (!pattern[i].equals(ANY) && (i >= prefix || !pattern[i].equals(requested[i]))) {
                return false;
            }
        }
        return true;
    }

    private static boolean endsWithRest(String[] pattern) {
        return pattern[pattern.length - 1].equals(REST);
    }

    /** Returns about how many bytes of memory the set uses. */
    public long estimatedBytes() {
        long bytes = 0;
        for (String each : all) {
            bytes += BYTES_PER_NAME + each.length();
        }
        for (String[] each : patterns) {
            for (String segment : each) {
                bytes += BYTES_PER_SEGMENT + segment.length();
            }
        }
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PatternSet set && all.equals(set.all);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }

    @Override
    public String toString() {
        return all.toString();
    }
}
