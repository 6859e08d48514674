package dev.ginkgo.hub.socket;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.http.SubscribeRequestParser;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.message.InvalidChannelException;
import dev.ginkgo.hub.spi.IdempotencyKey;
import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses requests of the subprotocol {@code ginkgo.v1}: JSON objects whose members are strings, and the number of the request. Most of
 * them are read by {@link PlainObjectReader}, the others by Jackson.
 */
final class SocketRequestParser {
    /** Greatest request number: the greatest integer that every JSON implementation keeps exactly (RFC 8259, section 6). */
    static final long MAX_NUMBER = (1L << 53) - 1;

    /** Name of the member that contains the number of the request. */
    static final String REQUEST = "request";

    /** Name of the member that contains the payload of a message. */
    static final String DATA = "data";

    /** Maximum number of members besides these two. */
    static final int MAX_MEMBERS = 16;

    private static final Set<String> SUBSCRIBE_MEMBERS = Set.of("type", "channels", "since", "conflate");
    private static final Set<String> UNSUBSCRIBE_MEMBERS = Set.of("type", "subscription");
    private static final Set<String> PUBLISH_MEMBERS = Set.of("type", "channel", DATA, "encoding", "key");
    private static final Set<String> PING_MEMBERS = Set.of("type");

    /** Names are not stored beyond the request: a client chooses them. The length of a message is limited elsewhere. */
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(16)
                    .build())
            .build();

    /** Thrown for a message that has no number by which the response could refer to it. Has no stack trace. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        private MalformedException(String reason) {
            super(reason, null, false, false);
        }
    }

    /**
     * Members of a request.
     *
     * @param strings the members that are strings, but for {@value #DATA}
     * @param data the string {@value #DATA}, or null if there is none
     * @param problem the first problem, or null
     */
    record Members(
            long number,
            Map<String, String> strings,
            @Nullable Payload data,
            @Nullable ProblemException problem) {}

    private SocketRequestParser() {}

    /**
     * Reads a JSON object.
     *
     * @param utf8 valid UTF-8
     * @throws MalformedException if it is none, or has no valid number
     */
    static Members members(byte[] utf8) throws MalformedException {
        Members plain = PlainObjectReader.read(utf8);
        return plain == null ? anyMembers(new String(utf8, UTF_8)) : plain;
    }

    static Members anyMembers(String text) throws MalformedException {
        Map<String, String> strings = new LinkedHashMap<>();
        Payload data = null;
        long number = -1;
        ProblemException problem = null;
        try (JsonParser json = FACTORY.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedException("a request must be a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals(REQUEST)) {
                    number = number(json, value);
                } else if (value == JsonToken.VALUE_STRING && name.equals(DATA)) {
                    try {
                        data = Payload.text(json.getText());
                    } catch (IllegalArgumentException e) {
                        problem = problem == null ? unencodable() : problem;
                    }
                } else if (value == JsonToken.VALUE_STRING && strings.size() < MAX_MEMBERS) {
                    strings.put(name, json.getText());
                } else if (problem == null) {
                    problem = bad(
                            strings.size() < MAX_MEMBERS
                                    ? "the member \"" + abbreviate(name) + "\" must be a string"
                                    : "a request has at most " + MAX_MEMBERS + " members");
                }
                json.skipChildren();
            }
            if (json.nextToken() != null) {
                throw new MalformedException("there is something behind the JSON object");
            }
        } catch (IOException e) {
            throw new MalformedException("the request is not valid JSON");
        }
        if (number < 0) {
            throw new MalformedException("a request needs the member \"request\", an integer from 0 to 2^53-1");
        }
        return new Members(number, strings, data, problem);
    }

    private static long number(JsonParser json, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                && json.getLongValue() <= MAX_NUMBER) {
            return json.getLongValue();
        }
        return -1;
    }

    /** Returns the request that consists of the members. */
    static SocketRequest parse(Members members) throws ProblemException {
        if (members.problem != null) {
            throw members.problem;
        }
        Map<String, String> strings = members.strings;
        String type = required(strings, "type");
        return switch (type) {
            case "subscribe" -> {
                requireKnown(members, SUBSCRIBE_MEMBERS);
                yield new SocketRequest.Subscribe(SubscribeRequestParser.parse(
                        required(strings, "channels"), strings.get("since"), strings.get("conflate")));
            }
            case "unsubscribe" -> {
                requireKnown(members, UNSUBSCRIBE_MEMBERS);
                yield new SocketRequest.Unsubscribe(required(strings, "subscription"));
            }
            case "publish" -> {
                requireKnown(members, PUBLISH_MEMBERS);
                yield publish(members);
            }
            case "ping" -> {
                requireKnown(members, PING_MEMBERS);
                yield new SocketRequest.Ping();
            }
            default ->
                throw bad("the type \"" + abbreviate(type)
                        + "\" is unknown; valid types are subscribe, unsubscribe, publish and ping");
        };
    }

    private static SocketRequest publish(Members members) throws ProblemException {
        Map<String, String> strings = members.strings;
        String key = strings.get("key");
        if (key != null && !IdempotencyKey.isValid(key)) {
            throw new ProblemException(
                    ProblemType.BAD_KEY,
                    "a key must have 1 to " + IdempotencyKey.MAX_LENGTH + " visible ASCII characters");
        }
        boolean binary = strings.containsKey("encoding");
        if (binary && !"base64".equals(strings.get("encoding"))) {
            throw bad("the only valid encoding is base64; omit it for text");
        }
        if (members.data == null) {
            throw missing(DATA);
        }
        Payload payload = binary ? decoded(members.data) : members.data;
        try {
            return new SocketRequest.Publish(ChannelName.of(required(strings, "channel")), payload, key);
        } catch (InvalidChannelException e) {
            throw new ProblemException(ProblemType.BAD_CHANNEL, String.valueOf(e.getMessage()));
        }
    }

    private static Payload decoded(Payload base64) throws ProblemException {
        try {
            return Payload.binary(Base64.getDecoder().decode(base64.bytes()));
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_BODY, "the data is not valid base64 (RFC 4648, section 4)");
        }
    }

    private static ProblemException unencodable() {
        return new ProblemException(
                ProblemType.UNSUPPORTED_BODY, "the data contains an unpaired surrogate, which UTF-8 cannot encode");
    }

    private static String required(Map<String, String> strings, String name) throws ProblemException {
        String value = strings.get(name);
        if (value == null) {
            throw missing(name);
        }
        return value;
    }

    private static ProblemException missing(String name) {
        return bad("the member \"" + name + "\" is missing");
    }

    private static void requireKnown(Members members, Set<String> known) throws ProblemException {
        if (members.data != null) {
            requireKnown(DATA, known);
        }
        for (String name : members.strings.keySet()) {
            requireKnown(name, known);
        }
    }

    private static void requireKnown(String name, Set<String> known) throws ProblemException {
        if (!known.contains(name)) {
            throw bad("unknown member \"" + abbreviate(name) + "\"; known in this request: request, "
                    + String.join(", ", known.stream().sorted().toList()));
        }
    }

    private static ProblemException bad(String detail) {
        return new ProblemException(ProblemType.BAD_PARAMETER, detail);
    }

    private static String abbreviate(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
