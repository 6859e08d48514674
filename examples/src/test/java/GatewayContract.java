import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.Address;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a cluster of gateways does, whichever engines it runs on: one subclass for each choice of engines. All tests of a class use
 * the same nodes, which are expensive to start; the last one ends the leader.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class GatewayContract {
    static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** A moving subscriber receives so many messages at each node. */
    private static final int SHARE = 10;

    /** For files of all tests of the class. */
    Path folder;

    final List<GatewayNode> nodes = new ArrayList<>();

    /** The first three numbers of an address, for the addresses of one class. */
    final String net = "127." + ThreadLocalRandom.current().nextInt(1, 255) + "."
            + ThreadLocalRandom.current().nextInt(255) + ".";

    private final NumberServer server = new NumberServer();
    private Ginkgo serving;

    /** Starts the servers of the engine; by default it has none. */
    void startServers() throws Exception {}

    /** Kills the servers of the engine. */
    void killServers() {}

    /** Starts all nodes. */
    abstract List<GatewayNode> startNodes(Address numberServer) throws Exception;

    /** Returns what the metrics of a node contain when its hub is connected with those of all others. */
    String connected() {
        return "ginkgo_hub_peers " + (nodes.size() - 1);
    }

    @BeforeAll
    final void start(@TempDir Path directory) throws Exception {
        folder = directory;
        serving = Ginkgo.start(server, "bind = '127.0.0.1:0'\nrate-per-minute = 1_500");
        startServers();
        nodes.addAll(startNodes(server.tcp.address()));
        nodes.forEach(GatewayNode::awaitReady);
        nodes.forEach(GatewayNode::subscribe);
        awaitComplete();
    }

    @AfterAll
    final void stop() {
        nodes.forEach(GatewayNode::close);
        killServers();
        serving.close();
    }

    /** Waits until every node is connected with the others, receives numbers and knows the leader. */
    final void awaitComplete() {
        for (GatewayNode node : nodes) {
            await().atMost(TIMEOUT).until(() -> node.text("/-/metrics").contains(connected()));
            await().atMost(TIMEOUT)
                    .until(() -> !node.numbers.isEmpty() && node.leader().epoch() > 0);
        }
    }

    final GatewayNode leader() {
        AtomicReference<GatewayNode> leader = new AtomicReference<>();
        await().atMost(TIMEOUT).until(() -> {
            String name = nodes.getFirst().leader().name();
            nodes.stream().filter(node -> node.name().equals(name)).findFirst().ifPresent(leader::set);
            return leader.get() != null;
        });
        return requireNonNull(leader.get());
    }

    static List<String> texts(List<GatewayNode.Line> lines) {
        return lines.stream().map(GatewayNode.Line::text).toList();
    }

    static void awaitText(GatewayNode node, String text) {
        await().atMost(TIMEOUT).until(() -> texts(node.own).contains(text));
    }

    @Test
    @Order(1)
    @DisplayName("K-64 N-29 what is published at one gateway is received at the others, over a WebSocket too, and all"
            + " deliver the same numbers")
    void messagesReachAllNodes() throws Exception {
        List<String> received = new CopyOnWriteArrayList<>();
        URI uri = nodes.getLast().uri("/own");
        try (HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws" + uri.toString().substring("http".length())), new Texts(received))
                    .get();

            // When
            assertThat(nodes.getFirst().publish("/own", "to all")).isEqualTo(200);

            // Then
            nodes.forEach(node -> awaitText(node, "to all"));
            await().atMost(TIMEOUT).until(() -> received.contains("to all"));
            socket.abort();
        }
        List<String> numbers = texts(nodes.getFirst().numbers);
        for (GatewayNode node : nodes) {
            await().atMost(TIMEOUT).until(() -> node.numbers.size() > 20);
            int from = texts(node.numbers).size() - 10;
            List<String> some = texts(node.numbers).subList(from, from + 10);
            await().atMost(TIMEOUT)
                    .until(() -> java.util.Collections.indexOfSubList(texts(nodes.getFirst().numbers), some) >= 0);
        }
        assertThat(texts(nodes.getFirst().numbers)).startsWith(numbers.toArray(String[]::new));
    }

    /** Collects the messages of a WebSocket. */
    private record Texts(List<String> texts) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            texts.add(data.toString());
            socket.request(1);
            return null;
        }
    }

    @Test
    @Order(2)
    @DisplayName(
            "K-65 a subscriber moves to another gateway with its last id, while messages are published at both, and"
                    + " receives each once")
    void subscriberMoves() throws Exception {
        GatewayNode first = nodes.getFirst();
        GatewayNode last = nodes.getLast();
        AtomicReference<GatewayNode> next = new AtomicReference<>(first);
        try (MovingSubscriber subscriber = new MovingSubscriber(() -> next.get().uri("/moving"))) {
            await().atMost(TIMEOUT).until(subscriber::isSubscribed);

            // When
            List<String> published = new ArrayList<>();
            for (int share = 0; share < 4; share++) {
                for (int i = 0; i < SHARE; i++) {
                    for (GatewayNode node : List.of(first, last)) {
                        String text = node.name() + "/" + (share * SHARE + i);
                        assertThat(node.publish("/moving", text)).isEqualTo(200);
                        published.add(text);
                    }
                }
                next.set(next.get().equals(first) ? last : first);
                subscriber.move();
            }

            // Then
            await().atMost(TIMEOUT).until(() -> subscriber.received.size() >= published.size());
            assertThat(subscriber.received).containsExactlyInAnyOrderElementsOf(published);
            for (GatewayNode node : List.of(first, last)) {
                assertThat(subscriber.received)
                        .filteredOn(text -> text.startsWith(node.name() + "/"))
                        .containsExactlyElementsOf(IntStream.range(0, 4 * SHARE)
                                .mapToObj(i -> node.name() + "/" + i)
                                .toList());
            }
            assertThat(subscriber.gaps).isEmpty();
            assertThat(subscriber.resumes).isNotEmpty().allMatch(start -> start.contains("\"recovered\":true"));
        }
    }

    @Test
    @Order(9)
    @DisplayName(
            "G-01 K-66 N-29 E-07 after the leader has ended another one leads, in a higher epoch; each survivor receives"
                    + " numbers again, and all that survivors publish meanwhile")
    void leaderIsReplaced() throws Exception {
        replaceLeader();
    }

    /** Ends the leader, and waits for the next one. Returns the longest time without numbers at a survivor. */
    final Duration replaceLeader() throws Exception {
        GatewayNode leader = leader();
        long epoch = leader.leader().epoch();
        List<GatewayNode> survivors =
                nodes.stream().filter(node -> !node.equals(leader)).toList();
        survivors.forEach(node -> node.own.clear());
        int[] before = survivors.stream().mapToInt(node -> node.numbers.size()).toArray();

        // When
        long endedAt = System.nanoTime();
        leader.kill();
        List<String> published = new ArrayList<>();
        await().atMost(TIMEOUT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(40))
                .until(() -> {
                    published.add("message-" + published.size());
                    assertThat(survivors.getFirst().publish("/own", published.getLast()))
                            .isEqualTo(200);
                    return survivors.stream()
                            .allMatch(node -> node.leader().epoch() > epoch
                                    && node.numbers.getLast().nanos()
                                            > node.leader().nanos());
                });

        // Then
        Duration longest = Duration.ZERO;
        for (int i = 0; i < survivors.size(); i++) {
            GatewayNode node = survivors.get(i);
            Duration pause = Duration.ofNanos(endOfPause(node, before[i], endedAt) - endedAt);
            longest = pause.compareTo(longest) > 0 ? pause : longest;
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(texts(node.own))
                            .filteredOn(text -> text.startsWith("message-"))
                            .containsExactlyElementsOf(published));
        }
        System.out.println(getClass().getSimpleName() + ": numbers again " + longest.toMillis()
                + " ms after the leader has ended, " + published.size() + " messages meanwhile");
        return longest;
    }

    /** Returns the time of the first number after the longest pause that ends after a moment. */
    static long endOfPause(GatewayNode node, int from, long moment) {
        long before = moment;
        long longest = 0;
        long end = moment;
        for (GatewayNode.Line number : node.numbers.subList(from, node.numbers.size())) {
            if (number.nanos() > moment) {
                if (number.nanos() - before > longest) {
                    longest = number.nanos() - before;
                    end = number.nanos();
                }
                before = number.nanos();
            }
        }
        return end;
    }
}
