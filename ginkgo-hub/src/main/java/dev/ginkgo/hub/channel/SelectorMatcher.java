package dev.ginkgo.hub.channel;

import java.util.HashSet;
import java.util.Set;

/**
 * Compiled selector: its patterns are split into segments once, so that many channels can be compared without
 * allocation. Immutable.
 */
public final class SelectorMatcher {
    private final Set<String> names = new HashSet<>();
    private final String[][] patterns;

    /** Compiles a selector. */
    public SelectorMatcher(ChannelSelector selector) {
        selector.names().stream().filter(ChannelSelector::isName).forEach(names::add);
        patterns = selector.names().stream()
                .filter(name -> !ChannelSelector.isName(name))
                .map(ChannelSelector::segments)
                .toArray(String[][]::new);
    }

    /**
     * Returns whether the selector includes a channel.
     *
     * @param segments the segments of the channel, see {@link ChannelName#segments}
     */
    public boolean matches(ChannelName channel, String[] segments) {
        for (String[] pattern : patterns) {
            if (matches(pattern, segments)) {
                return true;
            }
        }
        return !names.isEmpty() && names.contains(channel.text());
    }

    private static boolean matches(String[] pattern, String[] segments) {
        int compared = pattern.length;
        if (pattern[compared - 1].equals(">")) {
            compared--;
            if (segments.length <= compared) {
                return false;
            }
        } else if (segments.length != compared) {
            return false;
        }
        for (int i = compared - 1; i >= 0; i--) { // from the end: the first segments of channels are often equal
            if (!pattern[i].equals("*") && !pattern[i].equals(segments[i])) {
                return false;
            }
        }
        return true;
    }
}
