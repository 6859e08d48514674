package dev.ginkgo.run.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Parses the JSON objects of a stream. Unknown members and events are ignored, so that later hubs may add some. */
final class StreamEventParser {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE) // the line length is limited already
                    .build())
            .build();

    private final String channel;

    /**
     * @param channel channel of messages that do not name one
     */
    StreamEventParser(String channel) {
        this.channel = channel;
    }

    /**
     * Parses one line.
     *
     * @throws FatalException if the line does not follow the protocol of a hub
     */
    StreamEvent parse(byte[] line) {
        try {
            Map<String, String> members = members(line);
            Optional<String> id = Optional.ofNullable(members.get("id"));
            id.ifPresent(StreamEventParser::requireNoControlCharacters);
            String event = members.get("event");
            return event == null ? message(members, id, line) : control(event, members, id);
        } catch (IOException | IllegalArgumentException e) {
            throw new FatalException(
                    ClientExitCode.NOT_A_HUB,
                    "not the protocol of a hub: " + shortened(line)
                            + "; the URL may belong to another server, or a proxy changes responses");
        }
    }

    /** Returns the members of an object that are strings, numbers or booleans, as text. */
    static Map<String, String> members(byte[] json) throws IOException {
        Map<String, String> members = new HashMap<>();
        try (JsonParser parser = FACTORY.createParser(json)) {
            require(parser.nextToken() == JsonToken.START_OBJECT);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
                    members.put(name, parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
            require(parser.nextToken() == null);
        }
        return members;
    }

    private StreamEvent message(Map<String, String> members, Optional<String> id, byte[] line) {
        String data = members.get("data");
        if (data == null || id.isEmpty()) {
            throw new IllegalArgumentException("neither a message nor an event");
        }
        String from = members.getOrDefault("channel", channel);
        requireNoControlCharacters(from);
        byte[] payload = "base64".equals(members.get("encoding"))
                ? Base64.getDecoder().decode(data)
                : data.getBytes(StandardCharsets.UTF_8);
        return new StreamEvent.Message(id.get(), from, new ImmutableBytes(payload), new ImmutableBytes(line));
    }

    private static StreamEvent control(String event, Map<String, String> members, Optional<String> id) {
        return switch (event) {
            case "start" -> new StreamEvent.Start(id, Boolean.parseBoolean(members.get("recovered")));
            case "gap" -> new StreamEvent.Gap(id, number(members, "missed"));
            case "bye" -> new StreamEvent.Bye(id, number(members, "retry").map(Duration::ofMillis));
            case "refused" ->
                new StreamEvent.ChannelRejected(
                        id,
                        members.getOrDefault("channel", "a channel"),
                        members.getOrDefault("detail", "no reason given"));
            default -> new StreamEvent.Other(id);
        };
    }

    private static Optional<Long> number(Map<String, String> members, String name) {
        return Optional.ofNullable(members.get(name)).map(Long::valueOf).filter(number -> number >= 0);
    }

    /** Rejects control characters in values that become a header or an environment variable. */
    private static void requireNoControlCharacters(String text) {
        require(text.chars().noneMatch(Character::isISOControl));
    }

    private static void require(boolean valid) {
        if (!valid) {
            throw new IllegalArgumentException("not the protocol of a hub");
        }
    }

    private static String shortened(byte[] line) {
        String text = new String(line, 0, Math.min(line.length, 80), StandardCharsets.UTF_8);
        return text.replaceAll("\\p{Cntrl}", "?") + (line.length > 80 ? "…" : "");
    }
}
