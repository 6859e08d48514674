package dev.ginkgo.hub.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.SocketClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests over a WebSocket with the subprotocol {@code ginkgo.v1}. Each test uses channels of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SocketTest {
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

    private final TestHub testHub = TestHub.start("max-body = '10KiB'", "max-subscriptions = 10");

    @AfterAll
    void stop() {
        testHub.close();
    }

    private SocketClient connect() {
        return SocketClient.connect(testHub.hub());
    }

    @Test
    @DisplayName("H-160 one WebSocket subscribes to several channels and publishes; each request is acknowledged")
    void subscribesAndPublishes_onOneSocket() throws Exception {
        try (SocketClient client = connect()) {
            assertThat(client.subprotocol()).isEqualTo("ginkgo.v1");

            // When
            assertThat(SocketClient.mask(client.request(1, "'type':'subscribe','channels':'/a1'")))
                    .isEqualTo("{'type':'subscribed','request':1,'subscription':'/a1','recovered':false,'id':ID}");
            client.request(2, "'type':'subscribe','channels':'/room1/*,/hall1'");
            String published = client.request(3, "'type':'publish','channel':'/a1','data':'\\u00e4 7'");
            testHub.post("/room1/7", "door");
            client.request(4, "'type':'publish','channel':'/hall1','encoding':'base64','data':'AAEC'");

            // Then
            assertThat(SocketClient.mask(published))
                    .isEqualTo("{'type':'published','request':3,'id':ID,'channel':'/a1','receivers':1,'peers':0}");
            eventually(() -> assertThat(client.received("message"))
                    .containsExactlyInAnyOrder(
                            "{'type':'message','subscription':'/a1','channel':'/a1','id':ID,'data':'ä 7'}",
                            "{'type':'message','subscription':'/room1/*,/hall1','channel':'/room1/7','id':ID,'data':'door'}",
                            "{'type':'message','subscription':'/room1/*,/hall1','channel':'/hall1','id':ID,"
                                    + "'encoding':'base64','data':'AAEC'}"));
            assertThat(client.raw()).anyMatch(each -> each.contains("message") && each.contains(id(published)));
        }
    }

    @Test
    @DisplayName(
            "H-160 the response precedes the first message of a subscription, and the last one precedes the response to"
                    + " its end")
    void responses_encloseMessages() throws Exception {
        testHub.post("/enclosed", "1");
        try (SocketClient client = connect()) {
            client.request(1, "'type':'subscribe','channels':'/enclosed','since':'all'");
            eventually(() -> assertThat(client.received("message")).hasSize(1));
            client.request(2, "'type':'unsubscribe','subscription':'/enclosed'");
            testHub.post("/enclosed", "2");
            assertThat(testHub.post("/enclosed", "3").body()).contains("\"receivers\":0");
            client.request(3, "'type':'ping'");
            assertThat(client.received())
                    .containsExactly(
                            "{'type':'subscribed','request':1,'subscription':'/enclosed','recovered':true,'id':ID}",
                            "{'type':'message','subscription':'/enclosed','channel':'/enclosed','id':ID,'data':'1'}",
                            "{'type':'unsubscribed','request':2,'subscription':'/enclosed'}",
                            "{'type':'pong','request':3}");
            // a subscription that has ended can be opened again
            assertThat(client.request(4, "'type':'subscribe','channels':'/enclosed'"))
                    .contains("subscribed");
        }
    }

    @Test
    @DisplayName("H-161 each subscription resumes with the last id that it received, without loss or duplicates")
    void eachSubscription_resumes() throws Exception {
        String last;
        try (SocketClient client = connect()) {
            client.request(1, "'type':'subscribe','channels':'/resume/a'");
            client.request(2, "'type':'subscribe','channels':'/resume/*'");
            testHub.post("/resume/a", "1");
            eventually(() -> assertThat(client.received("message")).hasSize(2));
            last = id(client.raw().getLast());
        }
        testHub.post("/resume/a", "2");
        testHub.post("/resume/b", "3");
        try (SocketClient client = connect()) {
            // When
            assertThat(client.request(1, "'type':'subscribe','channels':'/resume/a','since':'" + last + "'"))
                    .contains("\"recovered\":true");
            client.request(2, "'type':'subscribe','channels':'/resume/*','since':'" + last + "'");
            testHub.post("/resume/a", "4");

            // Then
            eventually(() -> assertThat(data(client, "/resume/a")).containsExactly("2", "4"));
            eventually(() -> assertThat(data(client, "/resume/*")).containsExactly("2", "3", "4"));
        }
    }

    @Test
    @DisplayName("H-161 a subscription may be conflated")
    void subscription_isConflated() throws Exception {
        for (int i = 0; i < 5; i++) {
            testHub.post("/conflated", Integer.toString(i));
        }
        try (SocketClient client = connect()) {
            client.request(1, "'type':'subscribe','channels':'/conflated','since':'latest','conflate':'1h'");
            eventually(() -> assertThat(data(client, "/conflated")).containsExactly("4"));
        }
    }

    @Test
    @DisplayName(
            "H-162 a publish with a key is published once, over WebSocket and by POST, and the response to its repetition reports that")
    void publishWithKey_isPublishedOnce() throws Exception {
        try (SocketClient client = connect();
                var subscription = testHub.hub().subscribe("/keyed", Since.Point.ALL)) {
            String first = client.request(1, "'type':'publish','channel':'/keyed','data':'1','key':'k-1'");
            String second = client.request(2, "'type':'publish','channel':'/keyed','data':'1','key':'k-1'");
            assertThat(testHub.post("/keyed", "1", "Idempotency-Key", "k-1").body())
                    .contains(id(first));
            assertThat(id(second)).isEqualTo(id(first));
            assertThat(first).doesNotContain("replayed");
            assertThat(second).contains("\"replayed\":true");
            assertThat(client.request(3, "'type':'publish','channel':'/keyed','data':'2','key':'k-1'"))
                    .contains("\"code\":\"key-reused\"");
            testHub.post("/keyed", "2");
            assertThat(List.of(subscription.take().text(), subscription.take().text()))
                    .containsExactly("1", "2");
        }
    }

    @ParameterizedTest
    @DisplayName("H-163 a request that is rejected gets the same problem as over HTTP, and the WebSocket stays open")
    @CsvSource(
            delimiter = '|',
            value = {
                "'type':'subscribe'                                         | 400 bad-parameter",
                "'type':'subscribe','channels':'/a//b'                      | 400 bad-channel",
                "'type':'subscribe','channels':'/a*,/b*'                    | 400 bad-channel",
                "'type':'subscribe','channels':'/a','since':'yesterday'     | 400 bad-parameter",
                "'type':'subscribe','channels':'/a','conflate':'1ms'        | 400 bad-parameter",
                "'type':'subscribe','channels':'/a','color':'red'           | 400 bad-parameter",
                "'type':'subscribe','channels':['/a']                       | 400 bad-parameter",
                "'type':'unsubscribe','subscription':'/never'               | 404 not-found",
                "'type':'publish','channel':'/a'                            | 400 bad-parameter",
                "'type':'publish','channel':'/a','data':7                   | 400 bad-parameter",
                "'type':'publish','channel':'/-/a','data':'7'               | 400 bad-channel",
                "'type':'publish','channel':'/a/*','data':'7'               | 400 bad-channel",
                "'type':'publish','channel':'/a','data':'7','key':''        | 400 bad-key",
                "'type':'publish','channel':'/a','data':'*','encoding':'base64' | 415 unsupported-body",
                "'type':'publish','channel':'/a','data':'7','encoding':'hex' | 400 bad-parameter",
                "'type':'publish','channel':'/a','data':'\\ud800'           | 415 unsupported-body",
                "'type':'shout'                                             | 400 bad-parameter",
                "'type':'ping','a':'','b':'','c':'','d':'','e':'','f':'','g':'','h':'','i':'','j':'','k':'','l':'','m':'',"
                        + "'n':'','o':'','p':''                             | 400 bad-parameter",
            },
            quoteCharacter = '~')
    void rejectedRequest_getsProblem(String members, String expected) {
        try (SocketClient client = connect()) {
            String response = client.request(7, members);
            String[] statusAndCode = expected.split(" ", 2);
            assertThat(response)
                    .startsWith("{\"type\":\"error\",\"request\":7,\"problem\":{\"title\":\"")
                    .contains("\"status\":" + statusAndCode[0] + ",\"code\":\"" + statusAndCode[1] + "\"")
                    .containsPattern("\"detail\":\".{10,}\"}}$");
            assertThat(SocketClient.mask(client.request(8, "'type':'ping'"))).isEqualTo("{'type':'pong','request':8}");
        }
    }

    @Test
    @DisplayName("H-163 a message that is longer than http.max-body is rejected, and the WebSocket stays open")
    void longMessage_isRejected() {
        try (SocketClient client = connect()) {
            assertThat(client.request(1, "'type':'publish','channel':'/long','data':'" + "x".repeat(10_241) + "'"))
                    .contains("\"code\":\"body-too-large\"");
            String base64 = Base64.getEncoder().encodeToString(new byte[10_240]);
            assertThat(client.request(
                            2, "'type':'publish','channel':'/long','encoding':'base64','data':'" + base64 + "'"))
                    .contains("published");
            // in fragments, of which one ends inside an escape
            client.sendPart("{\"type\":\"publish\",\"request\":3,\"channel\":\"/long\",\"data\":\"\\u00", false)
                    .sendPart("e4", false)
                    .sendPart("\"}", true);
            assertThat(client.request(4, "'type':'ping'")).contains("pong");
            assertThat(client.received("published")).hasSize(2);
        }
    }

    @Test
    @DisplayName("H-164 a WebSocket has at most max-subscriptions subscriptions, and one for each text")
    void subscriptions_areLimited() {
        try (SocketClient client = connect()) {
            for (int i = 1; i <= 10; i++) {
                assertThat(client.request(i, "'type':'subscribe','channels':'/limit/" + i + "'"))
                        .contains("subscribed");
            }
            assertThat(client.request(11, "'type':'subscribe','channels':'/limit/11'"))
                    .contains("\"status\":429,\"code\":\"too-many-subscriptions\"")
                    .contains("\"retry-after\":");
            assertThat(client.request(12, "'type':'subscribe','channels':'/limit/1'"))
                    .contains("\"code\":\"bad-parameter\"");
            client.request(13, "'type':'unsubscribe','subscription':'/limit/1'");
            assertThat(client.request(14, "'type':'subscribe','channels':'/limit/11'"))
                    .contains("subscribed");
        }
    }

    @ParameterizedTest
    @DisplayName("H-165 a message that is not a request closes the WebSocket with a code that says why")
    @CsvSource(
            delimiter = '|',
            value = {
                "hello                               | 4400 the request is not valid JSON",
                "[]                                  | 4400 a request must be a JSON object",
                "{'type':'ping'}                     | 4400 a request needs the member",
                "{'type':'ping','request':'1'}       | 4400 a request needs the member",
                "{'type':'ping','request':-1}        | 4400 a request needs the member",
                "{'type':'ping','request':9007199254740992} | 4400 a request needs the member",
                "{'type':'ping','request':1} {}      | 4400 there is something behind",
                "{'type':'ping','request':1,'request':2} | 4400 the request is not valid JSON",
            },
            quoteCharacter = '~')
    void otherMessages_closeSocket(String text, String expected) {
        try (SocketClient client = connect()) {
            assertThat(client.send(text).awaitClosed()).startsWith(expected);
        }
    }

    @Test
    @DisplayName("H-165 a binary frame and a message that is too long close the WebSocket")
    void binaryAndLongMessages_closeSocket() {
        try (SocketClient binary = connect();
                SocketClient fragmented = connect();
                SocketClient whole = connect()) {
            binary.sendBinary(new byte[] {1});
            fragmented.sendPart("x".repeat(20_000), false).sendPart("x".repeat(20_000), true);
            whole.sendPart("x".repeat(40_000), true);
            assertThat(binary.awaitClosed()).startsWith("1003 ");
            assertThat(fragmented.awaitClosed()).startsWith("1009 ");
            assertThat(whole.awaitClosed()).startsWith("1009 ");
        }
    }

    @Test
    @DisplayName("H-165 a request for a WebSocket without the subprotocol is a 400, one for no WebSocket a 426")
    void handshake_needsSubprotocol() throws Exception {
        String[] upgrade = {
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        };
        try (RawHttpClient withoutProtocol = testHub.request("GET /-/ws", upgrade);
                RawHttpClient noSocket = testHub.request("GET /-/ws");
                RawHttpClient post = testHub.request("POST /-/ws", "Content-Length: 0")) {
            assertThat(withoutProtocol.response()).startsWith("HTTP/1.1 400").contains("ginkgo.v1");
            assertThat(noSocket.response()).startsWith("HTTP/1.1 426").containsIgnoringCase("upgrade: websocket");
            assertThat(post.response()).startsWith("HTTP/1.1 405").contains("Allow: GET, OPTIONS");
        }
    }

    @Test
    @DisplayName("H-166 when a WebSocket closes, its subscriptions end")
    void closedSocket_hasNoSubscriptions() throws Exception {
        try (SocketClient client = connect()) {
            client.request(1, "'type':'subscribe','channels':'/gone/a'");
            client.request(2, "'type':'subscribe','channels':'/gone/*'");
            assertThat(testHub.get("/-/connections").body())
                    .contains("\"channel\":\"/gone/a\",\"form\":\"ginkgo-v1\"")
                    .contains("\"channel\":\"/gone/*\"");
        }
        eventually(() -> assertThat(testHub.post("/gone/a", "1").body()).contains("\"receivers\":0"));
        eventually(() -> assertThat(testHub.get("/-/connections").body()).doesNotContain("/gone/"));
    }

    @Test
    @DisplayName(
            "H-167 a stop delivers what was published before, then bye with the time to reconnect, and closes with 1001")
    void stop_endsSocketsWithBye() throws Exception {
        SocketClient subscriber;
        SocketClient idle;
        try (TestHub stopping = TestHub.start()) {
            subscriber = SocketClient.connect(stopping.hub());
            idle = SocketClient.connect(stopping.hub());
            subscriber.request(1, "'type':'subscribe','channels':'/x'");
            subscriber.request(2, "'type':'subscribe','channels':'/y'");
            for (int i = 0; i < 200; i++) {
                stopping.hub().publish(i % 2 == 0 ? "/x" : "/y", Integer.toString(i));
            }
        }
        try (subscriber;
                idle) {
            assertThat(subscriber.awaitClosed()).startsWith("1001 stopping");
            assertThat(idle.awaitClosed()).startsWith("1001 stopping");
            assertThat(data(subscriber, "/x"))
                    .isEqualTo(IntStream.range(0, 100).mapToObj(i -> "" + 2 * i).toList());
            assertThat(data(subscriber, "/y")).hasSize(100);
            assertThat(subscriber.received().getLast()).matches("\\{'type':'bye','reason':'stopping','retry':\\d+}");
            assertThat(idle.received()).singleElement().asString().startsWith("{'type':'bye'");
        }
    }

    @Test
    @DisplayName("H-167 with max-lifetime, a WebSocket ends with bye after that time at the latest")
    void maxLifetime_endsSocket() {
        FakeClock clock = new FakeClock();
        try (TestHub withLifetime = TestHub.start(clock, "max-lifetime = '100s'", "heartbeat = '1h'");
                SocketClient client = SocketClient.connect(withLifetime.hub())) {
            client.request(1, "'type':'subscribe','channels':'/x'");
            clock.advance(Duration.ofSeconds(79));
            assertThat(client.request(2, "'type':'ping'")).contains("pong");
            // When
            clock.advance(Duration.ofSeconds(22));
            // Then
            assertThat(client.awaitClosed()).startsWith("1001 max-lifetime");
            assertThat(client.received().getLast()).startsWith("{'type':'bye','reason':'max-lifetime','retry':");
        }
    }

    private static List<String> data(SocketClient client, String subscription) {
        Pattern data = Pattern.compile("'subscription':'" + Pattern.quote(subscription) + "',.*'data':'([^']*)'}");
        return client.received("message").stream()
                .map(data::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .toList();
    }

    private static String id(String object) {
        Matcher matcher = ID.matcher(object);
        assertThat(matcher.find()).as(object).isTrue();
        return matcher.group(1);
    }

    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(ExternalProcess.TIMEOUT).untilAsserted(assertion);
    }
}
