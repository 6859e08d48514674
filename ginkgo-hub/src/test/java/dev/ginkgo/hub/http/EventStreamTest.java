package dev.ginkgo.hub.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The {@code text/event-stream} of the hub, read by the parser of the HTML standard (WHATWG, section 9.2, "Server-sent
 * events"): a browser receives every payload unchanged, and nothing else.
 */
class EventStreamTest {
    private static final Pattern LINE_END = Pattern.compile("\r\n|\n|\r");
    private static final Set<String> FIELDS = Set.of("", "event", "data", "id", "retry");

    /** Payloads that would be altered or interpreted if the server did not escape them. */
    private static final List<String> PAYLOADS = List.of(
            "plain",
            "",
            " a space in front",
            "two\nlines",
            "an end\n",
            "\n",
            "\n\n",
            "a CR\rwithin",
            "CRLF\r\nwithin",
            "NUL\0within",
            "data: injected",
            "x\ndata: injected\n\nevent: bye\ndata: {}\n\n",
            "x\n\nid: 1\n\n",
            "retry: 1",
            ": a comment",
            "id: \0",
            "\ufeffa byte order mark",
            "\ud83c\udf42 beyond the first plane",
            "\u2028 and \u0085, which end no line here",
            "{\"json\":true}",
            "last");

    /** Event as dispatched by the algorithm of the standard. */
    private record Event(String type, String data, String lastId) {}

    @Test
    @DisplayName("H-12 a browser's parser gets every payload unchanged from the event stream, and nothing else")
    void everyPayload_arrivesUnchanged() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient subscriber = testHub.request("GET /x", "Accept: text/event-stream")) {
            String head = subscriber.head();
            for (String payload : PAYLOADS) {
                testHub.hub().publish("/x", payload);
            }
            testHub.hub().publish("/x", new byte[] {(byte) 0xff, 0, '\n'});
            testHub.tree().ginkgo().stop();
            byte[] body = unchunked(subscriber.readToEnd());

            // Then the head has the media type without which a browser fails the connection (9.2.1)
            assertThat(head).startsWith("HTTP/1.1 200 ").contains("content-type: text/event-stream\r\n");

            // And the stream follows the grammar: UTF-8, no byte order mark, only known fields (9.2.5)
            String text = decoded(body);
            assertThat(text).doesNotStartWith("\ufeff").endsWith("\n\n").doesNotContain("\0");
            for (String line : LINE_END.split(text, -1)) {
                assertThat(FIELDS).contains(line.split(":", 2)[0]);
            }

            // And the events are the published messages (9.2.6)
            List<Event> events = parsed(text);
            Event start = events.getFirst();
            assertThat(start).isEqualTo(new Event("start", "{\"recovered\":false}", start.lastId));
            assertThat(start.lastId).as("start position").isNotEmpty();
            assertThat(events.getLast().type).isEqualTo("bye");
            List<Event> messages = events.subList(1, events.size() - 1);
            assertThat(messages).hasSize(PAYLOADS.size() + 1);
            Set<String> ids = new HashSet<>(Set.of(start.lastId));
            for (int i = 0; i < PAYLOADS.size(); i++) {
                Event event = messages.get(i);
                assertThat(event.type).isIn("message", "json");
                assertThat(event.type.equals("json") ? field(event.data, "data") : event.data)
                        .isEqualTo(PAYLOADS.get(i));
                assertThat(ids.add(event.lastId)).as("unique id").isTrue();
                assertThat(event.lastId).isNotEmpty();
            }
            assertThat(field(messages.getLast().data, "encoding")).isEqualTo("base64");
            assertThat(field(messages.getLast().data, "data")).isEqualTo("/wAK");
        }
    }

    @Test
    @DisplayName("H-17 a stream starts at once, and its heartbeat is a comment, which dispatches no event")
    void heartbeat_isComment() throws Exception {
        try (TestHub testHub = TestHub.start("heartbeat = '50ms'");
                RawHttpClient subscriber = testHub.request("GET /x?as=sse")) {
            subscriber.head();
            subscriber.readTo("\r\n:");
            testHub.tree().ginkgo().stop();
            String text = "data: x\n\n:" + decoded(unchunkedFromMiddle(subscriber.readToEnd()));
            assertThat(parsed(text)).hasSize(2);
        }
    }

    @Test
    @DisplayName("H-18 the retry time consists of digits, and is spread over the subscribers")
    void retryTime_isSpread() throws Exception {
        try (TestHub testHub = TestHub.start();
                ClientGroup subscribers = ClientGroup.of(20, _ -> testHub.request("GET /x?as=sse"))) {
            for (RawHttpClient subscriber : subscribers) {
                subscriber.head();
            }
            testHub.tree().ginkgo().stop();
            Set<String> times = new HashSet<>();
            for (RawHttpClient subscriber : subscribers) {
                String text = decoded(unchunked(subscriber.readToEnd()));
                List<String> retries = Arrays.stream(LINE_END.split(text))
                        .filter(line -> line.startsWith("retry"))
                        .toList();
                assertThat(retries).hasSize(1);
                assertThat(retries.getFirst()).matches("retry: [1-9][0-9]{2,3}");
                times.addAll(retries);
            }
            assertThat(times).as("spread").hasSizeGreaterThan(10);
        }
    }

    // ---- parser of the standard

    private static List<Event> parsed(String stream) {
        List<Event> events = new ArrayList<>();
        StringBuilder data = new StringBuilder();
        String type = "";
        String lastId = "";
        String text = stream.startsWith("\ufeff") ? stream.substring(1) : stream;
        for (String line : LINE_END.split(text, -1)) {
            if (line.isEmpty()) {
                if (!data.isEmpty()) {
                    data.setLength(data.length() - 1); // the final line feed
                    events.add(new Event(type.isEmpty() ? "message" : type, data.toString(), lastId));
                }
                data.setLength(0);
                type = "";
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (field) {
                case "event" -> type = value;
                case "data" -> data.append(value).append('\n');
                case "id" -> lastId = value.contains("\0") ? lastId : value;
                default -> {} // retry, comments, and unknown fields
            }
        }
        return events;
    }

    private static String decoded(byte[] bytes) throws CharacterCodingException {
        return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }

    private static byte[] unchunked(String body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int end = body.indexOf("\r\n", at);
            int length = Integer.parseInt(body.substring(at, end), 16);
            if (length == 0) {
                assertThat(body.substring(end)).isEqualTo("\r\n\r\n");
                return bytes.toByteArray();
            }
            bytes.writeBytes(body.substring(end + 2, end + 2 + length).getBytes(ISO_8859_1));
            at = end + 2 + length + 2;
        }
    }

    /** Decodes chunks of which the first has been read up to and including its first character. */
    private static byte[] unchunkedFromMiddle(String rest) {
        int end = rest.indexOf("\r\n");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(rest.substring(0, end).getBytes(ISO_8859_1));
        bytes.writeBytes(unchunked(rest.substring(end + 2)));
        return bytes.toByteArray();
    }

    private static String field(String json, String name) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.FIELD_NAME
                        && parser.currentName().equals(name)) {
                    parser.nextToken();
                    return parser.getText();
                }
            }
            throw new AssertionError("no " + name + " in " + json);
        }
    }
}
