import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hubs in processes of their own, three NATS servers with three replicas, and many subscribers: the arithmetic of {@code
 * docs/scale.md}. The measured values are appended to {@code target/figures.txt}.
 */
@Tag("long")
class ScaleArithmeticTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final String FILLER = ".".repeat(90);
    private static final int HUBS = 10;
    private static final int SUBSCRIBERS_PER_HUB = 1_000;
    private static final int SILENCE_SECONDS = 2;
    private static final int PUBLISHERS = 20;
    private static final int WARM_UP = 30;
    private static final int MESSAGES = 100;

    @TempDir
    Path folder;

    private final List<HubProcess> hubs = new ArrayList<>();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    @DisplayName(
            "N-31 ten hubs deliver each message to 10,000 subscribers once and in order; entries, processor time and memory"
                    + " are within the figures of docs/scale.md; they continue without one of three servers")
    void tenHubs() throws Exception {
        try (NatsRegions regions = new NatsRegions(folder);
                StreamCounter subscribers = new StreamCounter()) {
            for (String machine : List.of("a1", "a2", "a3")) {
                regions.start(machine);
            }
            regions.awaitListening();
            for (int number = 1; number <= HUBS; number++) {
                hubs.add(new HubProcess(
                        regions,
                        "hub-a.toml",
                        number,
                        List.of(
                                "hub.http.max-connections-per-address=2000",
                                "cluster.coordinator.nats.silence=" + SILENCE_SECONDS + "s")));
                hubs.getLast().awaitReady();
            }
            publishAtAll("/quiet", 2_000); // so that the code is compiled

            checkEntries(regions);
            measureReading(regions);
            connect(subscribers);
            deliver(regions, subscribers);
            loseServer(regions, subscribers);
        } finally {
            hubs.forEach(HubProcess::close);
        }
    }

    /** Each node writes four entries in the time of silence, and each receives all. */
    private void checkEntries(NatsRegions regions) throws Exception {
        LongAdder entries = new LongAdder();
        Connection connection =
                Nats.connect("nats://hub:" + NatsRegions.PASSWORD + "@" + regions.address("a1") + ":4222");
        try {
            connection.createDispatcher(message -> entries.increment()).subscribe("$KV.hubs.member.>");
            long begin = System.nanoTime();
            long expected = 400;
            await().atMost(TIMEOUT).until(() -> entries.sum() >= expected);
            double seconds = (System.nanoTime() - begin) / 1e9;
            double rate = entries.sum() / seconds;
            record("entries per second, formula " + 4 * HUBS / SILENCE_SECONDS, rate);
            assertThat(rate).isLessThan(4.0 * HUBS / SILENCE_SECONDS * 1.25);
        } finally {
            connection.close();
        }
    }

    /** What a message costs each hub that has no subscriber for it, and the servers. */
    private void measureReading(NatsRegions regions) throws Exception {
        int messages = 4_000;
        Duration hubsBefore = hubTime();
        Duration serversBefore = regions.processorTime();
        long begin = System.nanoTime();
        publishAtAll("/quiet", messages);
        double hubMicros = micros(hubTime().minus(hubsBefore)) / messages / HUBS;
        double serverMicros = micros(regions.processorTime().minus(serversBefore)) / messages / HUBS;
        record("published per second by " + PUBLISHERS + " publishers", messages / ((System.nanoTime() - begin) / 1e9));
        record("hub, microseconds per message and hub, a tenth of publishing included", hubMicros);
        record("three servers, microseconds per message and hub, publishing included", serverMicros);
        assertThat(hubMicros).isPositive().isLessThan(5_000);
    }

    private void connect(StreamCounter subscribers) throws Exception {
        long live = hubs.getFirst().liveBytes();
        long resident = residentBytes();
        for (int i = 0; i < SUBSCRIBERS_PER_HUB; i++) {
            for (HubProcess each : hubs) {
                subscribers.subscribe(each.host, "/news");
            }
        }
        subscribers.start();
        await().atMost(TIMEOUT).until(() -> subscribers.responses() == HUBS * SUBSCRIBERS_PER_HUB);
        double heap = (hubs.getFirst().liveBytes() - live) / (double) SUBSCRIBERS_PER_HUB;
        record("heap per subscriber in bytes", heap);
        record(
                "resident memory per subscriber in bytes",
                (residentBytes() - resident) / (double) SUBSCRIBERS_PER_HUB / HUBS);
        record("resident memory of a hub in bytes", residentBytes() / (double) HUBS);
        assertThat(heap).isPositive().isLessThan(16_384);
    }

    private void deliver(NatsRegions regions, StreamCounter subscribers) throws Exception {
        publishNews(subscribers, 0, WARM_UP);
        Duration hubsBefore = hubTime();
        Duration serversBefore = regions.processorTime();
        publishNews(subscribers, WARM_UP, WARM_UP + MESSAGES);
        long deliveries = (long) MESSAGES * HUBS * SUBSCRIBERS_PER_HUB;
        double perDelivery = micros(hubTime().minus(hubsBefore)) / deliveries;
        record("microseconds of the hubs per delivery", perDelivery);
        record(
                "microseconds of the servers per delivery",
                micros(regions.processorTime().minus(serversBefore)) / deliveries);
        assertThat(perDelivery).isPositive().isLessThan(100);
        assertThat(subscribers.faults()).isZero();
    }

    /** Without one of three servers the hubs read on, and every subscriber receives what is published, at the same connection. */
    private void loseServer(NatsRegions regions, StreamCounter subscribers) throws Exception {
        int before = WARM_UP + MESSAGES;
        long lostAt = System.nanoTime();
        regions.kill("a2");
        publish(before);
        record("seconds from the loss of a server to the next publish that is accepted", seconds(lostAt));
        long expected = (long) (before + 1) * HUBS * SUBSCRIBERS_PER_HUB;
        await().atMost(TIMEOUT).until(() -> subscribers.received() >= expected);
        record("seconds from the loss of a server until every subscriber has received that message", seconds(lostAt));
        publishNews(subscribers, before + 1, before + 20);
        assertThat(subscribers.faults()).isZero();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private void publishNews(StreamCounter subscribers, int from, int to) throws Exception {
        for (int number = from; number < to; number++) {
            publish(number);
        }
        await().atMost(TIMEOUT).until(() -> subscribers.received() >= (long) to * HUBS * SUBSCRIBERS_PER_HUB);
        assertThat(subscribers.received()).isEqualTo((long) to * HUBS * SUBSCRIBERS_PER_HUB);
    }

    /** Publishes a message, at one hub after another until one has accepted it. */
    private void publish(int number) {
        int[] attempt = {number};
        await().atMost(TIMEOUT)
                .pollDelay(Duration.ZERO)
                .until(() ->
                        hubs.get(attempt[0]++ % HUBS).publish(client, "/news", "#" + number + FILLER, "news-" + number)
                                == 200);
    }

    /** Publishes messages by several publishers, each at its hub. */
    private void publishAtAll(String channel, int messages) throws Exception {
        try (ExecutorService publishers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> publishing = new ArrayList<>();
            for (int p = 0; p < PUBLISHERS; p++) {
                int publisher = p;
                publishing.add(publishers.submit(() -> {
                    for (int i = 0; i < messages / PUBLISHERS; i++) {
                        String key = channel + System.nanoTime() + "-" + publisher;
                        await().atMost(TIMEOUT)
                                .pollDelay(Duration.ZERO)
                                .until(() ->
                                        hubs.get(publisher % HUBS).publish(client, channel, "m" + FILLER, key) == 200);
                    }
                    return null;
                }));
            }
            for (Future<?> each : publishing) {
                each.get();
            }
        }
    }

    private Duration hubTime() {
        return hubs.stream().map(HubProcess::processorTime).reduce(Duration.ZERO, Duration::plus);
    }

    private long residentBytes() throws IOException {
        long bytes = 0;
        for (HubProcess each : hubs) {
            bytes += each.residentBytes();
        }
        return bytes;
    }

    private static double micros(Duration duration) {
        return duration.toNanos() / 1e3;
    }

    private static void record(String name, double value) throws IOException {
        Path file = Path.of("target", "figures.txt");
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(
                file,
                name + ": " + Math.round(value * 100) / 100.0 + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
