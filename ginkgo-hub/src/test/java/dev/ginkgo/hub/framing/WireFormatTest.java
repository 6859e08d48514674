package dev.ginkgo.hub.framing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.log.StoredMessage;
import dev.ginkgo.hub.message.MessageId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wire format preserves every payload. */
class WireFormatTest {
    /** Where {@code str.splitlines} of Python, and clients built on it, split text. */
    private static final String UNICODE_LINE_END = "\r\n|[\n\r\u000b\u000c\u001c\u001d\u001e\u0085\u2028\u2029]";

    private static final String ID = MessageId.of(0, 7, 1).text();

    static Stream<String> texts() {
        return Stream.of(
                "plain",
                "",
                " leading and trailing ",
                "\r",
                "\n",
                "\r\n",
                "a\rb",
                "a\nb",
                "a\r\nb",
                "\n\n",
                "trailing\n",
                "\0",
                "a\0b",
                "\u001e",
                "\u001e{\"event\":\"bye\"}",
                "a\u001eb",
                "\ud83c\udf33 four bytes",
                "data: x",
                ": comment",
                "id: 3\n\nevent: bye",
                "\ufeffmark",
                "\u2028\u2029\u0085",
                "a\u0085b",
                "a\u2028b",
                "a\u2029b",
                "a\u000bb\u000cc\u001cd\u001de",
                "\u00c2\u2027\u202a\u00e2 not line ends",
                "\"quoted\\\"",
                "x".repeat(1 << 20),
                "\ud83c\udf33\n".repeat(200_000));
    }

    static Stream<byte[]> binaries() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        return Stream.of(all, new byte[0], new byte[] {(byte) 0xff}, new byte[1 << 20], "text".getBytes(UTF_8));
    }

    @ParameterizedTest
    @MethodSource("texts")
    @DisplayName("H-12 H-26 a line is the unchanged payload, or JSON after U+001E")
    void linePreservesText(String text) throws IOException {
        String line = utf8(chunk(WireFormat.LINES, Payload.text(text)));
        assertThat(line).endsWith("\n");
        String body = line.substring(0, line.length() - 1);
        assertThat(body).doesNotContain("\n", "\r", "\0").isNotEmpty();
        assertThat(stripMarker(body)).isEqualTo(text);
        assertThat(body.startsWith("\u001e"))
                .isEqualTo(text.isEmpty() || text.startsWith("\u001e") || text.matches("(?s).*[\r\n\0].*"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    @DisplayName("H-12 an SSE event, parsed as in the standard, contains the unchanged payload")
    void ssePreservesText(String text) throws IOException {
        Event event = Event.parse(utf8(chunk(WireFormat.SSE, Payload.text(text))));
        assertThat(event.id).isEqualTo(ID);
        boolean json = text.matches("(?s).*[\r\0\u000b\u000c\u001c-\u001e\u0085\u2028\u2029].*");
        assertThat(event.name).isEqualTo(json ? "json" : "message");
        assertThat(json ? members(event.data).get("data") : event.data).isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("texts")
    @DisplayName("H-12 an NDJSON line is one object with id and data")
    void ndjsonPreservesText(String text) throws IOException {
        String line = utf8(chunk(WireFormat.NDJSON, Payload.text(text)));
        assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
        assertThat(members(line)).isEqualTo(Map.of("id", ID, "data", text));
    }

    @ParameterizedTest
    @MethodSource("texts")
    @DisplayName("H-46 a client that splits lines wherever Unicode allows it gets whole NDJSON objects and SSE fields")
    void unicodeLineEnds_doNotSplitJson(String text) {
        assertThat(utf8(chunk(WireFormat.NDJSON, Payload.text(text))).split(UNICODE_LINE_END, -1))
                .hasSize(2);
        assertThat(utf8(chunk(WireFormat.SSE, Payload.text(text))).split(UNICODE_LINE_END, -1))
                .allMatch(line -> line.isEmpty() || line.matches("(?s)(id|event|data): .*"));
    }

    @Test
    @DisplayName("H-46 line ends of Unicode are escaped in channel names, too")
    void unicodeLineEnds_areEscapedInChannelNames() {
        ControlEvent.Rejected event = new ControlEvent.Rejected("/a\u2028b\u0085c", "bad-channel", "it is not valid");
        assertThat(utf8(unchunk(bytes(WireFormat.NDJSON.encodeEvent(event)))))
                .contains("\"channel\":\"/a\\u2028b\\u0085c\"");
    }

    @ParameterizedTest
    @MethodSource("texts")
    @DisplayName("H-12 H-26 a WebSocket text frame is the unchanged payload, or JSON after U+001E")
    void webSocketPreservesText(String text) throws IOException {
        byte[] frame = framed(WireFormat.WEBSOCKET, Payload.text(text));
        assertThat(frame[0]).isEqualTo((byte) 0x81);
        assertThat(stripMarker(utf8(webSocketBody(frame)))).isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("texts")
    @DisplayName("H-60 a line with id is the id, a tab and the unchanged payload, or JSON after U+001E")
    void lineWithIdPreservesText(String text) throws IOException {
        String line = utf8(chunk(WireFormat.LINES_WITH_IDS, Payload.text(text)));
        String plain = utf8(chunk(WireFormat.LINES, Payload.text(text)));
        assertThat(line).isEqualTo(plain.startsWith("\u001e") ? plain : ID + "\t" + plain);
    }

    @ParameterizedTest
    @MethodSource("texts")
    @DisplayName("H-61 a frame of a WebSocket with ids is a text frame with the object of NDJSON")
    void webSocketNdjsonPreservesText(String text) throws IOException {
        byte[] frame = framed(WireFormat.WEBSOCKET_NDJSON, Payload.text(text));
        assertThat(frame[0]).isEqualTo((byte) 0x81);
        assertThat(members(utf8(webSocketBody(frame)))).isEqualTo(Map.of("id", ID, "data", text));
    }

    @ParameterizedTest
    @MethodSource("binaries")
    @DisplayName("H-26 a binary payload is a WebSocket binary frame, and base64 in the other formats")
    void preservesBinary(byte[] bytes) throws IOException {
        byte[] frame = framed(WireFormat.WEBSOCKET, Payload.binary(bytes));
        assertThat(frame[0]).isEqualTo((byte) 0x82);
        assertThat(webSocketBody(frame)).isEqualTo(bytes);

        String line = utf8(chunk(WireFormat.LINES, Payload.binary(bytes)));
        assertThat(line).startsWith("\u001e").endsWith("\n");
        assertThat(utf8(chunk(WireFormat.LINES_WITH_IDS, Payload.binary(bytes))))
                .isEqualTo(line);
        byte[] jsonFrame = framed(WireFormat.WEBSOCKET_NDJSON, Payload.binary(bytes));
        assertThat(jsonFrame[0]).isEqualTo((byte) 0x81);
        Event event = Event.parse(utf8(chunk(WireFormat.SSE, Payload.binary(bytes))));
        assertThat(event.name).isEqualTo("json");
        String json = utf8(chunk(WireFormat.NDJSON, Payload.binary(bytes)));
        for (String object : List.of(line.substring(1), event.data, json, utf8(webSocketBody(jsonFrame)))) {
            Map<String, String> members = members(object);
            assertThat(members).containsEntry("encoding", "base64").containsEntry("id", ID);
            assertThat(Base64.getDecoder().decode(members.get("data"))).isEqualTo(bytes);
        }
    }

    @Test
    @DisplayName("H-26 control events are distinguishable from messages in every wire format")
    void encodesControlEvents() {
        ControlEvent gap = new ControlEvent.MissedMessages(3, "AAcB");
        assertThat(utf8(unchunk(bytes(WireFormat.LINES.encodeEvent(gap)))))
                .isEqualTo("\u001e{\"event\":\"gap\",\"missed\":3,\"id\":\"AAcB\"}\n");
        assertThat(utf8(unchunk(bytes(WireFormat.SSE.encodeEvent(gap)))))
                .isEqualTo("event: gap\nid: AAcB\ndata: {\"missed\":3}\n\n");
        assertThat(utf8(unchunk(bytes(WireFormat.NDJSON.encodeEvent(gap)))))
                .isEqualTo("{\"event\":\"gap\",\"missed\":3,\"id\":\"AAcB\"}\n");
        assertThat(utf8(webSocketBody(bytes(WireFormat.WEBSOCKET.encodeEvent(gap)))))
                .isEqualTo("\u001e{\"event\":\"gap\",\"missed\":3,\"id\":\"AAcB\"}");
        assertThat(utf8(webSocketBody(bytes(WireFormat.WEBSOCKET_NDJSON.encodeEvent(gap)))))
                .isEqualTo("{\"event\":\"gap\",\"missed\":3,\"id\":\"AAcB\"}");
        assertThat(WireFormat.LINES_WITH_IDS.encodeEvent(gap)).isEqualTo(WireFormat.LINES.encodeEvent(gap));
        assertThat(utf8(unchunk(bytes(WireFormat.SSE.encodeEvent(new ControlEvent.Start(false, "AAcB"))))))
                .isEqualTo("event: start\nid: AAcB\ndata: {\"recovered\":false}\n\n");
    }

    @Test
    @DisplayName("H-11 H-17 the keep-alive of each wire format is not a message")
    void encodesKeepAlives() {
        assertThat(utf8(unchunk(bytes(WireFormat.LINES.encodeKeepAlive())))).isEqualTo("\n");
        assertThat(utf8(unchunk(bytes(WireFormat.SSE.encodeKeepAlive())))).isEqualTo(":\n");
        assertThat(utf8(unchunk(bytes(WireFormat.NDJSON.encodeKeepAlive())))).isEqualTo("{\"event\":\"heartbeat\"}\n");
        byte[] frames = bytes(WireFormat.WEBSOCKET.encodeKeepAlive());
        assertThat(Arrays.copyOf(frames, 2)).containsExactly(0x89, 0);
        assertThat(utf8(webSocketBody(Arrays.copyOfRange(frames, 2, frames.length))))
                .isEqualTo("\u001e{\"event\":\"heartbeat\"}");
        byte[] jsonFrames = bytes(WireFormat.WEBSOCKET_NDJSON.encodeKeepAlive());
        assertThat(utf8(webSocketBody(Arrays.copyOfRange(jsonFrames, 2, jsonFrames.length))))
                .isEqualTo("{\"event\":\"heartbeat\"}");
    }

    @Test
    @DisplayName("H-18 bye contains the retry delay, then ends the body or closes the WebSocket with 1001")
    void byeEndsStream() {
        ControlEvent.Bye bye = new ControlEvent.Bye("the hub stops", 1500);
        assertThat(utf8(bytes(WireFormat.SSE.encodeBye(bye))))
                .endsWith(
                        "event: bye\nretry: 1500\ndata: {\"reason\":\"the hub stops\",\"retry\":1500}\n\n\r\n0\r\n\r\n");
        byte[] close = bytes(WireFormat.WEBSOCKET.encodeBye(new ControlEvent.Bye("\ud83c\udf33".repeat(100), 1500)));
        int at = close.length - 2 - 2 - 80;
        assertThat(Arrays.copyOfRange(close, at, at + 4)).containsExactly(0x88, 82, 1001 >> 8, 1001 & 0xff);
    }

    @ParameterizedTest
    @MethodSource("texts")
    @DisplayName(
            "H-322 a payload that is copied directly into its frame gives the same frame as one that is encoded first")
    void encodesPlainPayloadsDirectly(String text) {
        for (Payload payload : List.of(Payload.text(text), Payload.binary(text.getBytes(UTF_8)))) {
            for (WireFormat wireFormat : WireFormat.values()) {
                for (boolean alone : new boolean[] {true, false}) {
                    StoredMessage message =
                            new StoredMessage("/a", new MessageId.Position(0, 7, 1), List.of(), Instant.EPOCH, payload);
                    int length = wireFormat.plainLength(message, alone);
                    ByteBuf body = Unpooled.buffer();
                    wireFormat.encodeBody(message, alone, body);
                    assertThat(length).isIn(-1, body.readableBytes());
                    if (length >= 0) {
                        ByteBuf direct = Unpooled.buffer();
                        wireFormat.encodePlain(message, alone, length, direct);
                        ByteBuf frame = Unpooled.buffer();
                        wireFormat.encodeFrame(message, alone, body, frame);
                        assertThat(bytes(direct)).isEqualTo(bytes(frame));
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("H-322 lines, server-sent events and WebSocket frames with plain payloads are not encoded twice")
    void plainLengthIsKnown() {
        StoredMessage message = new StoredMessage(
                "/a", new MessageId.Position(0, 7, 1), List.of(), Instant.EPOCH, Payload.text("x".repeat(100)));
        for (WireFormat wireFormat : List.of(
                WireFormat.LINES,
                WireFormat.LINES_WITH_IDS,
                WireFormat.SSE,
                WireFormat.WEBSOCKET,
                WireFormat.HTTP2_LINES,
                WireFormat.GZIP_SSE)) {
            assertThat(wireFormat.plainLength(message, true))
                    .as(wireFormat.name())
                    .isGreaterThan(99);
        }
        assertThat(message.id()).as("built once").isSameAs(message.id());
    }

    private static byte[] framed(WireFormat wireFormat, Payload payload) {
        StoredMessage message =
                new StoredMessage("/a", new MessageId.Position(0, 7, 1), List.of(), Instant.EPOCH, payload);
        ByteBuf body = Unpooled.buffer();
        wireFormat.encodeBody(message, true, body);
        ByteBuf out = Unpooled.buffer();
        int maxBytes = body.readableBytes() + FrameEncoder.OVERHEAD;
        wireFormat.encodeFrame(message, true, body, out);
        assertThat(out.readableBytes()).isLessThanOrEqualTo(maxBytes);
        return bytes(out);
    }

    private static byte[] chunk(WireFormat wireFormat, Payload payload) {
        return unchunk(framed(wireFormat, payload));
    }

    private static byte[] unchunk(byte[] chunk) {
        int head = 0;
        while (chunk[head] != '\r') {
            head++;
        }
        int length = Integer.parseInt(new String(chunk, 0, head, UTF_8), 16);
        assertThat(chunk).hasSize(head + 2 + length + 2).endsWith('\r', '\n');
        return Arrays.copyOfRange(chunk, head + 2, head + 2 + length);
    }

    private static byte[] webSocketBody(byte[] frame) {
        ByteBuf in = Unpooled.wrappedBuffer(frame).skipBytes(1);
        long length = in.readByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        assertThat((long) in.readableBytes()).isEqualTo(length);
        return ByteBufUtil.getBytes(in);
    }

    private static String stripMarker(String body) throws IOException {
        return body.startsWith("\u001e") ? members(body.substring(1)).getOrDefault("data", "") : body;
    }

    private static Map<String, String> members(String json) throws IOException {
        Map<String, String> members = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                members.put(name, parser.getText());
            }
            assertThat(parser.nextToken()).isNull();
        }
        return members;
    }

    private static byte[] bytes(ByteBuf buffer) {
        return ByteBufUtil.getBytes(buffer);
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    /** Parses one event as in section 9.2.6 of the HTML standard. */
    private record Event(String id, String name, String data) {
        static Event parse(String text) {
            String id = "";
            String name = "message";
            StringBuilder data = new StringBuilder();
            assertThat(text).endsWith("\n\n");
            for (String line : text.substring(0, text.length() - 2).split("\r\n|\r|\n", -1)) {
                assertThat(line).isNotEmpty();
                int colon = line.indexOf(':');
                String field = line.substring(0, colon);
                String value = line.substring(line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
                switch (field) {
                    case "id" -> id = value;
                    case "event" -> name = value;
                    case "data" -> data.append(value).append('\n');
                    default -> throw new AssertionError("unknown field: " + line);
                }
            }
            return new Event(id, name, data.substring(0, data.length() - 1));
        }
    }
}
