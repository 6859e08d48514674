package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New nodes join two permanent nodes; a message published at a node that has just become ready reaches all. */
class JoinTest {
    /** Number of identities that new nodes reuse, each time without data. A cluster has at most 16 nodes. */
    private static final int NEW_IDENTITIES = 8;

    private static final Duration POLL_INTERVAL = Duration.ofMillis(1);
    private static final String CHANNEL = "/joins";
    private static final String SETTINGS = "history.age = '1h'";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    /** A random loopback network, so that no other process takes the port of a stopped node. */
    private final String net = "127." + ThreadLocalRandom.current().nextInt(1, 255) + "."
            + ThreadLocalRandom.current().nextInt(255) + ".";

    private final List<HubNode> permanent = new ArrayList<>();
    private final List<SseReader> subscribers = new ArrayList<>();

    /** The texts of all published messages. */
    private final List<String> published = new ArrayList<>();

    /** Number of messages that were published before both peers were connected. */
    private int early;

    @BeforeEach
    void start() throws Exception {
        permanent.add(start(host(1), host(1)));
        permanent.add(start(host(2), host(1)));
        for (HubNode node : permanent) {
            awaitReady(node);
            subscribers.add(node.read(CHANNEL));
        }
    }

    private Address host(int number) {
        return new Address(net + number, 4_440);
    }

    private HubNode startNewNode(int round, HubNode seed) throws IOException {
        return start(host(3 + round % NEW_IDENTITIES), seed.identity);
    }

    @AfterEach
    void stop() throws IOException {
        for (SseReader subscriber : subscribers) {
            subscriber.close();
        }
        permanent.reversed().forEach(HubNode::close);
        client.close();
    }

    private HubNode start(Address identity, Address join) throws IOException {
        return new HubNode(client, identity, join, Files.createTempDirectory(folder, "data"), SETTINGS);
    }

    private static void awaitReady(HubNode node) {
        await().atMost(ProcessCluster.TIMEOUT)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL_INTERVAL)
                .until(node::isReady);
    }

    private void publish(HubNode node, String text) throws Exception {
        String response = node.publish(CHANNEL, text);
        published.add(text);
        if (!response.contains("\"peers\":2")) {
            early++;
        }
    }

    private void awaitAll(SseReader subscriber) {
        await().atMost(ProcessCluster.TIMEOUT)
                .untilAsserted(() -> assertThat(subscriber.messages).containsAll(published));
        assertHasAll(subscriber);
    }

    /** Asserts that the subscriber has received each message once, and no gap. */
    private void assertHasAll(SseReader subscriber) {
        assertThat(subscriber.messages).containsExactlyInAnyOrderElementsOf(published);
        assertThat(subscriber.events).noneMatch(event -> event.startsWith("gap"));
    }

    /** Starts a new node, publishes two messages, and stops the node. */
    private void join(int round) throws Exception {
        HubNode permanentNode = permanent.get(round % 2);
        try (HubNode newNode = startNewNode(round, permanentNode)) {
            awaitReady(newNode);
            publish(round % 4 < 2 ? newNode : permanentNode, round + " first");
            publish(round % 4 < 2 ? permanentNode : newNode, round + " second");

            try (SseReader late = newNode.read(CHANNEL + "?since=all")) {
                awaitAll(late);
                subscribers.forEach(this::awaitAll);
                newNode.stop();
                late.awaitEnd();
                assertHasAll(late);
            }
        }
    }

    /** The same, with a subscriber at the new node that is connected before the messages are published. */
    private void joinAndRead(int round) throws Exception {
        HubNode permanentNode = permanent.get(round % 2);
        try (HubNode newNode = startNewNode(round, permanentNode);
                SseReader live = newNode.read(CHANNEL)) {
            int before = published.size();
            awaitReady(newNode);
            publish(round % 4 < 2 ? newNode : permanentNode, round + " first");
            publish(round % 4 < 2 ? permanentNode : newNode, round + " second");

            List<String> expected = published.subList(before, before + 2);
            await().atMost(ProcessCluster.TIMEOUT)
                    .untilAsserted(
                            () -> assertThat(newest(live, expected)).containsExactlyInAnyOrderElementsOf(expected));
            subscribers.forEach(this::awaitAll);
            newNode.stop();
            live.awaitEnd();
            assertThat(newest(live, expected)).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(live.events).noneMatch(event -> event.startsWith("gap"));
        }
    }

    /**
     * Returns what a subscriber has received of the expected messages. On a busy machine it may receive older ones, too: a node
     * starts without the history of the others if these do not transfer it within {@code replication.take-over}.
     */
    private static List<String> newest(SseReader live, List<String> expected) {
        return live.messages.stream().filter(expected::contains).toList();
    }

    private void joinTimes(int times) throws Exception {
        long start = System.nanoTime();
        for (int round = 0; round < times; round++) {
            if (round % 2 == 0) {
                join(round);
            } else {
                joinAndRead(round);
            }
        }
        subscribers.forEach(this::assertHasAll);
        System.out.printf(
                "join: %d new nodes in %d ms, %d messages, %d of them fetched by a peer; no loss%n",
                times, (System.nanoTime() - start) / 1_000_000, published.size(), early);
    }

    @Test
    @DisplayName(
            "H-09 K-20 a message published at, or beside, a new node that is ready reaches all nodes, 6 of 6 times")
    void messageAtNewNodeReachesAll() throws Exception {
        joinTimes(6);
    }

    @Test
    @Tag("long")
    @DisplayName(
            "H-09 K-20 a message published at, or beside, a new node that is ready reaches all nodes, 200 of 200 times")
    void messageAtNewNodeReachesAllOften() throws Exception {
        joinTimes(200);
    }
}
