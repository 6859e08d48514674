package dev.ginkgo.nats.coordinator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.nats.testing.NatsServers;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts the messages of members among which nothing changes, with one real server. */
@SuppressWarnings("try") // closing a connection may be interrupted
class NatsMemberTrafficTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** A quarter of the default {@code silence}. */
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private static final int MEMBERS = 4;

    @TempDir
    private @Nullable Path folder;

    /** Messages that pass through the server. */
    private static final class Traffic {
        final AtomicInteger memberEntries = new AtomicInteger();
        final AtomicInteger entries = new AtomicInteger();
        final AtomicInteger pushes = new AtomicInteger();
        final AtomicInteger requests = new AtomicInteger();

        void add(Message message) {
            String subject = message.getSubject();
            String reply = String.valueOf(message.getReplyTo());
            if (subject.startsWith("$KV.") && !reply.startsWith("$JS.ACK.")) {
                entries.incrementAndGet();
                if (subject.contains(".member.")) {
                    memberEntries.incrementAndGet();
                }
            } else if (reply.startsWith("$JS.ACK.")) { // from a consumer to the watch of a member
                pushes.incrementAndGet();
            } else if (subject.startsWith("$JS.API.")) {
                requests.incrementAndGet();
            }
        }
    }

    @Test
    @DisplayName(
            "N-60: a member writes its entry four times per silence, reads none by requests, and receives each entry once")
    void unchangedMembers() throws Exception {
        List<CoordinatorNode> nodes = new ArrayList<>();
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                Connection observer =
                        Nats.connect("nats://" + servers.addresses().getFirst())) {
            try {
                for (int number = 1; number <= MEMBERS; number++) {
                    nodes.add(new CoordinatorNode(number, servers.setting()));
                }
                await().atMost(TIMEOUT)
                        .until(() ->
                                nodes.stream().allMatch(each -> each.names().size() == MEMBERS)
                                        && nodes.stream().anyMatch(CoordinatorNode::isLeading));

                // When
                Traffic traffic = new Traffic();
                long startedAt = System.nanoTime();
                observer.createDispatcher(traffic::add).subscribe(">");
                await().atMost(TIMEOUT).until(() -> traffic.memberEntries.get() >= 3 * MEMBERS);

                // Then
                int written = traffic.memberEntries.get();
                long intervals = (System.nanoTime() - startedAt) / INTERVAL.toNanos() + 2;
                assertThat(written).isLessThanOrEqualTo((int) (MEMBERS * intervals));
                assertThat(traffic.requests).hasValue(0);
                int pushes = traffic.pushes.get(); // read first: an entry is written before it is pushed
                assertThat(pushes).isBetween(MEMBERS, MEMBERS * (traffic.entries.get() + MEMBERS));
            } finally {
                IntStream.iterate(nodes.size() - 1, i -> i >= 0, i -> i - 1)
                        .forEach(i -> nodes.get(i).close());
            }
        }
    }
}
