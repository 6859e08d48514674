package dev.ginkgo.hub.socket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.channel.Payload;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are read without the parser of all of JSON. */
class PlainObjectReaderTest {
    private static final List<String> NAMES =
            List.of("request", "type", "channel", "data", "key", "encoding", "", "täg", "x".repeat(64), "x".repeat(65));

    private static final List<String> VALUES = List.of(
            "\"publish\"",
            "\"/numbers\"",
            "\"\"",
            "\"grün \ud83c\udf33\u2028\u007f\"",
            "\"" + "payload ".repeat(20) + "\"",
            "7",
            "0",
            "07",
            "-1",
            "1.0",
            "1e3",
            "999999999999999",
            "9007199254740991",
            "9007199254740992",
            "99999999999999999999999",
            "\"a\\nb\"",
            "\"\\ud800\"",
            "null",
            "true",
            "[]",
            "{\"a\":1}",
            "'x'");

    private static final String INSERTED = "{}[]\",:\\ \t\n\r\u000b\0\u001f\ufeff0a/*";

    @Test
    @DisplayName("H-381 a request that is read in the short way has the members that Jackson finds in it")
    void readsAsJacksonDoes() throws Exception {
        Random random = new Random(10);
        int plain = 0;
        for (int i = 0; i < 40_000; i++) {
            byte[] text = request(random).getBytes(UTF_8);
            SocketRequestParser.Members members = PlainObjectReader.read(text);
            if (members != null) {
                SocketRequestParser.Members expected = SocketRequestParser.anyMembers(new String(text, UTF_8));
                assertThat(comparable(members)).as(new String(text, UTF_8)).isEqualTo(comparable(expected));
                plain++;
            }
        }
        assertThat(plain).isBetween(2_000, 38_000);
    }

    /** Returns an object with random members, of which some are changed at a random place. */
    private static String request(Random random) {
        String members = IntStream.range(0, random.nextInt(5))
                .mapToObj(_ -> "\"" + any(NAMES, random) + "\"" + space(random) + ":" + space(random)
                        + any(VALUES.subList(0, random.nextBoolean() ? 5 : VALUES.size()), random))
                .collect(Collectors.joining(space(random) + "," + space(random)));
        StringBuilder text = new StringBuilder(space(random) + "{" + space(random)
                + (random.nextBoolean() ? "\"request\":1," : "") + members + "}" + space(random));
        if (random.nextInt(4) == 0) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.insert(at, INSERTED.charAt(random.nextInt(INSERTED.length())));
                case 1 -> text.deleteCharAt(at);
                default -> text.setLength(at);
            }
        }
        return text.toString();
    }

    private static String any(List<String> texts, Random random) {
        return texts.get(random.nextInt(texts.size()));
    }

    private static String space(Random random) {
        return random.nextInt(4) == 0 ? " \t\r\n".substring(random.nextInt(4)) : "";
    }

    private static List<Object> comparable(SocketRequestParser.Members members) {
        return Arrays.asList(
                members.number(), List.copyOf(members.strings().entrySet()), text(members.data()), members.problem());
    }

    private static @Nullable String text(@Nullable Payload data) {
        return data == null ? null : data.binary() + new String(data.bytes(), UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"publish\",\"request\":1,\"channel\":\"/a\",\"data\":\"a message\"}",
                " { \"request\" : 9 , \"type\" : \"ping\" } \n",
                "{\"type\":\"publish\",\"request\":1,\"channel\":\"/grün\",\"data\":\"\ud83c\udf33\",\"key\":\"k\"}"
            })
    @DisplayName("H-381 the usual requests are read in the short way")
    void readsUsualRequests(String text) {
        assertThat(PlainObjectReader.read(text.getBytes(UTF_8))).isNotNull();
    }
}
