package dev.ginkgo.hub.channel;

import dev.ginkgo.hub.message.InvalidChannelException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which channels somebody reads: names and patterns. In a pattern {@code *} stands for one whole segment and {@code >},
 * at its end, for one or more: {@code /room/*}{@code /temperature}, {@code /room/>}. Several are written with commas:
 * {@code /a,/b}.
 *
 * @param names as they are written, without repetition
 * @param list whether there were several, even if only one of them can be read
 */
public record ChannelSelector(List<String> names, boolean list) {
    /** A name of a list that cannot be read, and why. */
    public record Rejected(String name, String reason) {}

    /** What is left of a list without those. */
    public record Parsed(ChannelSelector selector, List<Rejected> rejected) {}

    public ChannelSelector {
        names = List.copyOf(names);
    }

    public static ChannelSelector of(ChannelName channel) {
        return new ChannelSelector(List.of(channel.text()), false);
    }

    /**
     * A name, a pattern, or a list, as a program writes it.
     *
     * @throws InvalidChannelException if one of them is none
     */
    public static ChannelSelector of(String text) {
        Set<String> names = new LinkedHashSet<>();
        List<String> all = split(text);
        for (String name : all) {
            names.add(checked(name));
        }
        return new ChannelSelector(List.copyOf(names), all.size() > 1);
    }

    /**
     * What the path of a request stands for.
     *
     * @param rawPath as it came, percent-encoded, without query
     * @throws InvalidChannelException if nothing of it can be read
     */
    public static Parsed parse(String rawPath) {
        Set<String> names = new LinkedHashSet<>();
        List<Rejected> refused = new ArrayList<>(0);
        InvalidChannelException last = null;
        List<String> all = split(rawPath);
        for (String raw : all) {
            try {
                names.add(checked(ChannelName.decode(raw)));
            } catch (InvalidChannelException e) {
                refused.add(new Rejected(raw, String.valueOf(e.getMessage())));
                last = e;
            }
        }
        if (names.isEmpty() && last != null) {
            throw last;
        }
        return new Parsed(new ChannelSelector(List.copyOf(names), all.size() > 1), refused);
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

    private static String checked(String name) {
        String[] segments = segments(name);
        for (int i = 0; i < segments.length; i++) {
            String segment = segments[i];
            if (segment.equals("*") || (segment.equals(">") && i == segments.length - 1)) {
                segments[i] = "x";
            } else if (segment.contains("*") || segment.contains(">")) {
                throw new InvalidChannelException(
                        name, "\"*\" stands for one whole segment, \">\" at the end for all that follow");
            }
        }
        ChannelName.of(String.join("/", segments));
        return name;
    }

    /** The parts between the slashes; the first is empty. */
    static String[] segments(String name) {
        return name.split("/", -1);
    }

    /** Whether it is one channel and no more. */
    public boolean isChannel() {
        return !list && isName(names.getFirst());
    }

    /** Whether it is a name and no pattern. */
    public static boolean isName(String text) {
        return text.indexOf('*') < 0 && text.indexOf('>') < 0;
    }

    /** The one channel. */
    public ChannelName channel() {
        return new ChannelName(names.getFirst());
    }

    public boolean matches(ChannelName channel) {
        String[] segments = segments(channel.text());
        return names.stream().anyMatch(name -> matches(segments(name), segments));
    }

    private static boolean matches(String[] pattern, String[] segments) {
        for (int i = 0; i < pattern.length; i++) {
            if (pattern[i].equals(">")) {
                return segments.length > i;
            }
            if (i >= segments.length || !(pattern[i].equals("*") || pattern[i].equals(segments[i]))) {
                return false;
            }
        }
        return pattern.length == segments.length;
    }

    public String text() {
        return String.join(",", names);
    }

    /** For people. */
    @Override
    public String toString() {
        return text();
    }
}
