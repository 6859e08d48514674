package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.IdempotencyRecord;
import dev.ginkgo.hub.spi.TransportContract;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Event loop: one thread per node uses all sockets. */
class ZmqEventLoopTest {
    @BeforeAll
    static void openDescriptorKeptByJvm() throws IOException {
        TransportContract.openDescriptorKeptByJvm();
    }

    @Test
    @DisplayName(
            "H-04 messages of any number of publisher threads are delivered by one platform thread per node, named for"
                    + " thread dumps")
    void oneThreadPerNode_deliversAllMessages() throws Exception {
        try (ZmqPair pair = new ZmqPair("", "")) {
            pair.awaitReady();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                IntStream.range(0, 1_000).forEach(i -> threads.execute(() -> pair.a.publish("text " + i)));
            }
            await().atMost(Duration.ofSeconds(15)).until(() -> pair.b.texts().size() == 1_000);
            assertThat(pair.b.texts()).doesNotHaveDuplicates();
            assertThat(pair.b.callerThreads()).containsExactly("zeromq-b");
            assertThat(eventLoopThreads()).containsExactly("zeromq-a", "zeromq-b");
        }
        assertThat(eventLoopThreads()).isEmpty();
    }

    @Test
    @DisplayName(
            "K-40 nodes that are connected have announced their features: an idempotency key arrives with its message")
    void connectedNodes_sendKeys() throws Exception {
        IdempotencyRecord record = new IdempotencyRecord(new IdempotencyKey("k", "digest", 7), "AAcB", 3);
        try (ZmqPair pair = new ZmqPair("", "")) {
            pair.awaitReady();
            pair.a.publish("text", Optional.of(record));
            await().atMost(Duration.ofSeconds(15)).until(() -> pair.b.texts().size() == 1);
            assertThat(pair.b.keys()).containsExactly(Optional.of(record));
        }
    }

    private static List<String> eventLoopThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("zeromq-"))
                .sorted()
                .toList();
    }
}
