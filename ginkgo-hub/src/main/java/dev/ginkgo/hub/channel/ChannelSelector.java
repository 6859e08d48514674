package dev.ginkgo.hub.channel;

import dev.ginkgo.hub.message.InvalidChannelException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Selects the channels of a subscription: one or more names and patterns. In a pattern, {@code *} matches exactly one
 * segment and {@code >}, at its end, one or more: {@code /room/*}{@code /temperature}, {@code /room/>}. Several are
 * separated by commas: {@code /a,/b}.
 *
 * @param names the names and patterns as written, without duplicates
 * @param list whether the text contained several names, even if only one of them is valid
 */
public record ChannelSelector(List<String> names, boolean list) {
    /**
     * Maximum number of segments of all patterns of a selector: comparing them with a channel takes as many steps.
     */
    public static final int MAX_PATTERN_SEGMENTS = 512;

    /**
     * A name of a list that is left out.
     *
     * @param code the code of the problem that the name alone would be
     * @param reason what is wrong, for people
     */
    public record Rejected(String name, String code, String reason) {
        static final String BAD_CHANNEL = "bad-channel";
    }

    /** Result of parsing a list: the valid names, and the rejected ones. */
    public record Parsed(ChannelSelector selector, List<Rejected> rejected) {}

    public ChannelSelector {
        names = List.copyOf(names);
    }

    /** Returns a selector for one channel. */
    public static ChannelSelector of(ChannelName channel) {
        return new ChannelSelector(List.of(channel.text()), false);
    }

    /**
     * Parses a name, a pattern or a list that is not percent-encoded.
     *
     * @throws InvalidChannelException if one of the names is not valid, or the patterns have more than {@link
     *     #MAX_PATTERN_SEGMENTS} segments
     */
    public static ChannelSelector of(String text) {
        Set<String> names = new LinkedHashSet<>();
        List<String> all = split(text);
        for (String name : all) {
            names.add(requireValid(name));
        }
        return requireBounded(new ChannelSelector(List.copyOf(names), all.size() > 1));
    }

    /**
     * Parses the path of a request.
     *
     * @param rawPath the path as received: percent-encoded, without query
     * @throws InvalidChannelException if none of the names is valid, or the patterns have more than {@link
     *     #MAX_PATTERN_SEGMENTS} segments
     */
    public static Parsed parse(String rawPath) {
        return parse(rawPath, ChannelName::decode);
    }

    /** Parses a name, a pattern or a list that is not percent-encoded, as {@link #parse} does. */
    public static Parsed parseText(String text) {
        return parse(text, UnaryOperator.identity());
    }

    private static Parsed parse(String text, UnaryOperator<String> decoder) {
        Set<String> names = new LinkedHashSet<>();
        List<Rejected> rejected = new ArrayList<>(0);
        InvalidChannelException last = null;
        List<String> all = split(text);
        for (String raw : all) {
            try {
                names.add(requireValid(decoder.apply(raw)));
            } catch (InvalidChannelException e) {
                rejected.add(new Rejected(raw, Rejected.BAD_CHANNEL, String.valueOf(e.getMessage())));
                last = e;
            }
        }
        if (names.isEmpty() && last != null) {
            throw last;
        }
        return new Parsed(requireBounded(new ChannelSelector(List.copyOf(names), all.size() > 1)), rejected);
    }

    private static ChannelSelector requireBounded(ChannelSelector selector) {
        int segments = selector.patternSegments();
        if (segments > MAX_PATTERN_SEGMENTS) {
            throw new InvalidChannelException(
                    selector.names.getFirst() + ",…",
                    "the patterns of the list have " + segments + " segments in total; at most " + MAX_PATTERN_SEGMENTS
                            + " are allowed");
        }
        return selector;
    }

    private static List<String> split(String text) {
        List<String> names = new ArrayList<>(1);
        int from = 0;
        for (int comma = text.indexOf(",/"); comma >= 0; comma = text.indexOf(",/", from)) {
            names.add(text.substring(from, comma));
            from = comma + 1;
        }
        names.add(text.substring(from));
        return names;
    }

    private static String requireValid(String name) {
        String[] segments = segments(name);
        for (int i = 0; i < segments.length; i++) {
            String segment = segments[i];
            if (segment.equals("*") || (segment.equals(">") && i == segments.length - 1)) {
                segments[i] = "x";
            } else if (segment.contains("*") || segment.contains(">")) {
                throw new InvalidChannelException(
                        name, "\"*\" must be a whole segment, and \">\" must be the last segment");
            }
        }
        ChannelName.of(String.join("/", segments));
        return name;
    }

    /** Returns the parts between the slashes; the first is empty. */
    static String[] segments(String name) {
        return name.split("/", -1);
    }

    /** Returns whether this selects exactly one channel by name. */
    public boolean isChannel() {
        return !list && isName(names.getFirst());
    }

    /** Returns whether a text is a name, not a pattern. */
    public static boolean isName(String text) {
        return text.indexOf('*') < 0 && text.indexOf('>') < 0;
    }

    /** Returns the channel, if {@link #isChannel()}. */
    public ChannelName channel() {
        return new ChannelName(names.getFirst());
    }

    /** Returns whether the selector includes a channel. */
    public boolean matches(ChannelName channel) {
        return new SelectorMatcher(this).matches(channel, channel.segments());
    }

    /** Returns the number of segments of all patterns. Names do not count: a look-up of a name takes one step. */
    public int patternSegments() {
        int segments = 0;
        for (String name : names) {
            if (!isName(name)) {
                segments += (int) name.chars().filter(c -> c == '/').count();
            }
        }
        return segments;
    }

    /** Returns the names, separated by commas. */
    public String text() {
        return names.size() == 1 ? names.getFirst() : String.join(",", names);
    }

    @Override
    public String toString() {
        return text();
    }
}
