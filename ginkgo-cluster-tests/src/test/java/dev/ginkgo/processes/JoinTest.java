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

/** Two nodes stay, others come and go; what is published at a node that has just become ready is read at all. */
class JoinTest {
    /** Names that come back, each time with nothing of before. A cluster is for 16 nodes at most. */
    private static final int NEWCOMERS = 8;

    private static final Duration OFTEN = Duration.ofMillis(1);
    private static final String CHANNEL = "/joins";
    private static final String SETTINGS = "history.age = '1h'";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    /** Where nobody takes a port while the one who is to have it is away. */
    private final String net = "127." + ThreadLocalRandom.current().nextInt(1, 255) + "."
            + ThreadLocalRandom.current().nextInt(255) + ".";

    private final List<HubNode> staying = new ArrayList<>();
    private final List<SseReader> readers = new ArrayList<>();

    /** All that was published. */
    private final List<String> published = new ArrayList<>();

    /** How many of these could not be sent to both others yet. */
    private int early;

    @BeforeEach
    void start() throws Exception {
        staying.add(start(host(1), host(1)));
        staying.add(start(host(2), host(1)));
        for (HubNode node : staying) {
            awaitReady(node);
            readers.add(node.read(CHANNEL));
        }
    }

    private Address host(int number) {
        return new Address(net + number, 4_440);
    }

    private HubNode startNewcomer(int round, HubNode seed) throws IOException {
        return start(host(3 + round % NEWCOMERS), seed.identity);
    }

    @AfterEach
    void stop() throws IOException {
        for (SseReader reader : readers) {
            reader.close();
        }
        staying.reversed().forEach(HubNode::close);
        client.close();
    }

    private HubNode start(Address identity, Address join) throws IOException {
        return new HubNode(client, identity, join, Files.createTempDirectory(folder, "data"), SETTINGS);
    }

    private static void awaitReady(HubNode node) {
        await().atMost(ProcessCluster.TIMEOUT)
                .pollDelay(Duration.ZERO)
                .pollInterval(OFTEN)
                .until(node::isReady);
    }

    private void publish(HubNode node, String text) throws Exception {
        String answer = node.publish(CHANNEL, text);
        published.add(text);
        if (!answer.contains("\"peers\":2")) {
            early++;
        }
    }

    private void awaitAll(SseReader reader) {
        await().atMost(ProcessCluster.TIMEOUT)
                .untilAsserted(() -> assertThat(reader.messages).containsAll(published));
        assertHasAll(reader);
    }

    /** Each message once, and not a word of a loss. */
    private void assertHasAll(SseReader reader) {
        assertThat(reader.messages).containsExactlyInAnyOrderElementsOf(published);
        assertThat(reader.events).noneMatch(event -> event.startsWith("gap"));
    }

    /** A fresh node comes, two messages are published, and it goes. */
    private void join(int round) throws Exception {
        HubNode old = staying.get(round % 2);
        try (HubNode fresh = startNewcomer(round, old)) {
            awaitReady(fresh);
            publish(round % 4 < 2 ? fresh : old, round + " first");
            publish(round % 4 < 2 ? old : fresh, round + " second");

            try (SseReader late = fresh.read(CHANNEL + "?since=all")) {
                awaitAll(late);
                readers.forEach(this::awaitAll);
                fresh.stop();
                late.awaitEnd();
                assertHasAll(late);
            }
        }
    }

    /** The same, with a reader at the fresh node who is there before the messages. */
    private void joinAndRead(int round) throws Exception {
        HubNode old = staying.get(round % 2);
        try (HubNode fresh = startNewcomer(round, old);
                SseReader live = fresh.read(CHANNEL)) {
            int before = published.size();
            awaitReady(fresh);
            publish(round % 4 < 2 ? fresh : old, round + " first");
            publish(round % 4 < 2 ? old : fresh, round + " second");

            List<String> expected = published.subList(before, before + 2);
            await().atMost(ProcessCluster.TIMEOUT)
                    .untilAsserted(() -> assertThat(live.messages).containsExactlyInAnyOrderElementsOf(expected));
            readers.forEach(this::awaitAll);
            fresh.stop();
            live.awaitEnd();
            assertThat(live.messages).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(live.events).noneMatch(event -> event.startsWith("gap"));
        }
    }

    private void joinTimes(int times) throws Exception {
        long then = System.nanoTime();
        for (int round = 0; round < times; round++) {
            if (round % 2 == 0) {
                join(round);
            } else {
                joinAndRead(round);
            }
        }
        readers.forEach(this::assertHasAll);
        System.out.printf(
                "join: %d fresh nodes in %d ms, %d messages, of which %d had to be fetched by a peer; nothing lost%n",
                times, (System.nanoTime() - then) / 1_000_000, published.size(), early);
    }

    @Test
    @DisplayName("H-09 K-20 what is published at, or beside, a fresh node that is ready reaches all, 6 times of 6")
    void joins() throws Exception {
        joinTimes(6);
    }

    @Test
    @Tag("long")
    @DisplayName("H-09 K-20 what is published at, or beside, a fresh node that is ready reaches all, 200 times of 200")
    void joinsOften() throws Exception {
        joinTimes(200);
    }
}
