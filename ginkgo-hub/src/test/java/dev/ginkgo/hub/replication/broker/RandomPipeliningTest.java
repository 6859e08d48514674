package dev.ginkgo.hub.replication.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.spi.LocalBrokerServer;
import dev.ginkgo.hub.testing.HubCluster;
import dev.ginkgo.hub.testing.RawHttpClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random requests, pipelined over one connection to a hub whose broker is slow at random. */
class RandomPipeliningTest {
    private static final String HEAD = " HTTP/1.1\r\nHost: localhost\r\n";
    private static final int REQUESTS = 400;
    private static final int CHANNELS = 7;

    private final LocalBrokerServer server = new LocalBrokerServer(2);

    /** A request, and texts of which its response contains each. */
    private record Sent(String request, List<String> expected) {}

    private static Sent random(Random random, int number) {
        String body = "\"" + number + "\"";
        String length = "Content-Length: " + body.length() + "\r\n";
        String channel = "/r/" + number % CHANNELS;
        String id = "\"channel\":\"" + channel + "\"";
        return switch (random.nextInt(12)) {
            case 0 -> new Sent("GET /-/health/live" + HEAD + "\r\n", List.of("HTTP/1.1 200", "\r\n\r\nok"));
            case 1 -> new Sent("GET /-/tree" + HEAD + "\r\n", List.of("HTTP/1.1 200", "\"state\""));
            case 2 -> new Sent("POST /r//" + number + HEAD + "Content-Length: 0\r\n\r\n", List.of("HTTP/1.1 400"));
            case 3 ->
                new Sent(
                        "POST " + channel + HEAD + "Expect: 100-continue\r\n" + length + "\r\n" + body,
                        List.of("HTTP/1.1 100", "HTTP/1.1 200", id));
            case 4 ->
                new Sent(
                        "POST " + channel + HEAD + "Transfer-Encoding: chunked\r\n\r\n1\r\n\"\r\n"
                                + Integer.toHexString(body.length() - 1) + "\r\n" + body.substring(1)
                                + "\r\n0\r\n\r\n",
                        List.of("HTTP/1.1 200", id));
            case 5 ->
                new Sent(
                        "POST /r/key" + HEAD + "Idempotency-Key: k\r\nContent-Length: 3\r\n\r\nkey",
                        List.of("HTTP/1.1 200", "\"channel\":\"/r/key\""));
            default -> new Sent("POST " + channel + HEAD + length + "\r\n" + body, List.of("HTTP/1.1 200", id));
        };
    }

    @ParameterizedTest(name = "{displayName} seed {0}")
    @ValueSource(longs = {1, 2})
    @DisplayName(
            "H-373 H-375 random pipelined requests are answered in order, and their messages published in order, once")
    void randomRequests_areAnsweredInOrder(long seed) throws Exception {
        Random random = new Random(seed);
        List<Sent> requests = new ArrayList<>();
        for (int number = 0; number < REQUESTS; number++) {
            requests.add(random(random, number));
        }
        AtomicBoolean done = new AtomicBoolean();
        try (HubCluster nodes = HubCluster.of(1, server, "hub.replication.publish-timeout = '1m'");
                Subscription subscription = nodes.get(0).hub.subscribe("/r/*");
                RawHttpClient client =
                        new RawHttpClient(nodes.get(0).hub.address().port())) {
            Thread faults = Thread.ofVirtual().start(() -> holdAtRandom(new Random(seed), done));
            Thread sending = Thread.ofVirtual().start(() -> sendInPieces(client, requests, new Random(seed)));

            try {
                for (Sent each : requests) {
                    String response = client.response();
                    if (each.expected.contains("HTTP/1.1 100")) {
                        response += client.response();
                    }
                    assertThat(response).as(each.request).contains(each.expected);
                }
                sending.join();
            } finally {
                done.set(true);
                faults.join();
            }
            long published = nodes.get(0).hub.stats().published();
            long keys = requests.stream()
                    .filter(each -> each.request.contains("Idempotency-Key"))
                    .count();
            long publishes = requests.stream()
                    .filter(each -> each.expected.getLast().startsWith("\"channel\""))
                    .count();
            assertThat(published).isEqualTo(publishes - Math.max(0, keys - 1));
            Map<String, Integer> last = new HashMap<>();
            for (long n = 0; n < published; n++) {
                Message message = subscription.take();
                int number = message.text().equals("key")
                        ? 0
                        : Integer.parseInt(message.text().replace("\"", ""));
                assertThat(number).isGreaterThan(last.getOrDefault(message.channel(), -1));
                last.put(message.channel(), number);
            }
        }
    }

    private void holdAtRandom(Random random, AtomicBoolean done) {
        while (!done.get()) {
            server.holdAppends(random.nextBoolean());
            server.holdConfirmations(random.nextBoolean());
            LockSupport.parkNanos(100_000); // leaves the processor to the hub
        }
        server.holdAppends(false);
        server.holdConfirmations(false);
    }

    private static void sendInPieces(RawHttpClient client, List<Sent> requests, Random random) {
        StringBuilder all = new StringBuilder();
        requests.forEach(each -> all.append(each.request));
        try {
            for (int from = 0; from < all.length(); ) {
                int to = Math.min(all.length(), from + 1 + random.nextInt(random.nextBoolean() ? 20 : 4_000));
                client.send(all.substring(from, to));
                from = to;
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
