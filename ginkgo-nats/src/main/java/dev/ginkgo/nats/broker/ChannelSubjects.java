package dev.ginkgo.nats.broker;

import dev.ginkgo.nats.client.NameTokens;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * Subjects of channels: {@code ginkgo.2.room.7} for the channel {@code /room/7}, where 2 is the number of its stream. The
 * segments are encoded as {@link NameTokens}. The wildcards of patterns, {@code *} for a segment and {@code >} for the rest, mean the
 * same in subjects, and no channel contains them; so the same rules map patterns. Immutable.
 */
final class ChannelSubjects {
    private static final Pattern SLASH = Pattern.compile("/");
    private static final Pattern DOT = Pattern.compile("\\.");

    private final String prefix;
    private final int streams;

    ChannelSubjects(String prefix, int streams) {
        this.prefix = prefix;
        this.streams = streams;
    }

    /** Returns the number of the stream of a channel, from 0; the same at every node and in every version. */
    int stream(String channel) {
        CRC32 hash = new CRC32();
        hash.update(channel.getBytes(StandardCharsets.UTF_8));
        return (int) (hash.getValue() % streams);
    }

    /** Returns the subject of a channel. */
    String subject(String channel) {
        return prefix + "." + stream(channel) + "." + path(channel);
    }

    /** Returns what follows the number of the stream in the subjects of a channel, or of the channels of a pattern. */
    static String path(String channelOrPattern) {
        StringBuilder path = new StringBuilder();
        for (String segment : SLASH.split(channelOrPattern.substring(1), -1)) {
            path.append(path.isEmpty() ? "" : ".")
                    .append(segment.equals("*") || segment.equals(">") ? segment : NameTokens.encode(segment));
        }
        return path.toString();
    }

    /**
     * Returns the channel, or the pattern, with this path.
     *
     * @throws IllegalArgumentException if there is none
     */
    static String channelOfPath(String path) {
        StringBuilder channel = new StringBuilder();
        for (String token : DOT.split(path, -1)) {
            channel.append('/').append(token.equals("*") || token.equals(">") ? token : NameTokens.decode(token));
        }
        return channel.toString();
    }

    /**
     * Returns the channel of a subject.
     *
     * @throws IllegalArgumentException if it is not the subject of a channel
     */
    String channel(String subject) {
        int end = subject.indexOf('.', prefix.length() + 1);
        if (end < 0) {
            throw new IllegalArgumentException("\"" + subject + "\" is not the subject of a channel");
        }
        return channelOfPath(subject.substring(end + 1));
    }
}
