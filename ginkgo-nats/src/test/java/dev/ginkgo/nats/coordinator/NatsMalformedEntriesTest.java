package dev.ginkgo.nats.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.nats.testing.NatsServers;
import io.nats.client.Connection;
import io.nats.client.KeyValue;
import io.nats.client.Nats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entries of the bucket that another program has written, with one real server. */
@SuppressWarnings("try") // closing a connection may be interrupted
class NatsMalformedEntriesTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private @Nullable Path folder;

    private static byte[] value(KeyValue bucket, String key) throws Exception {
        return requireNonNull(requireNonNull(bucket.get(key)).getValue());
    }

    private static boolean leads(CoordinatorNode... nodes) {
        return Stream.of(nodes).anyMatch(CoordinatorNode::isLeading);
    }

    private static Epoch last(CoordinatorNode... nodes) {
        return Stream.of(nodes)
                .flatMap(each -> each.promotions.stream())
                .reduce((one, other) -> one.isBefore(other) ? other : one)
                .orElseThrow();
    }

    @Test
    @DisplayName(
            "N-48: entries of leader, member and incarnation that another program has overwritten are replaced: a node"
                    + " leads in a higher epoch, all members are present, and a node that starts joins")
    void malformedEntriesAreReplaced() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                CoordinatorNode a = new CoordinatorNode(1, servers.setting());
                CoordinatorNode b = new CoordinatorNode(2, servers.setting());
                Connection other = Nats.connect("nats://" + servers.addresses().getFirst())) {
            KeyValue bucket = other.keyValue("ginkgo");
            await().atMost(TIMEOUT)
                    .until(() ->
                            leads(a, b) && a.names().size() == 2 && b.names().size() == 2);

            // When
            for (String malformed : List.of(
                    "not an entry",
                    "holder=x\nincarnation=1\nstate=RENEWED\nepoch=1\ntakeover-millis=999999999999\n",
                    "holder=x\nincarnation=1\nstate=CLAIMED\nepoch=9223372036854775807\ntakeover-millis=1\n")) {
                Epoch before = last(a, b);
                bucket.put(LeaseEntry.KEY, malformed.getBytes(UTF_8));

                // Then
                await().atMost(TIMEOUT).until(() -> before.isBefore(last(a, b)) && leads(a, b));
                assertThat(LeaseEntry.decode(value(bucket, LeaseEntry.KEY)).holder())
                        .startsWith("10.0.0.");
            }

            // When
            bucket.put(MemberEntry.key(a.self.name()), "no member".getBytes(UTF_8));
            bucket.put("member.=", "no name".getBytes(UTF_8));

            // Then
            await().atMost(TIMEOUT)
                    .until(() -> MemberEntry.decode(a.self.name(), value(bucket, MemberEntry.key(a.self.name())))
                                    .incarnation()
                            == a.self.incarnation());
            await().atMost(TIMEOUT).until(() -> b.names().size() == 2);
        }
    }

    @Test
    @DisplayName("N-48: a node starts with malformed entries of its own, and replaces them")
    void startsWithMalformedEntries() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                Connection other = Nats.connect("nats://" + servers.addresses().getFirst())) {
            BucketSession.openBucket(
                    other, new BucketConfig("ginkgo", 1, io.nats.client.api.StorageType.File, Duration.ofSeconds(2)));
            KeyValue bucket = other.keyValue("ginkgo");
            String name = "10.0.0.1:4440";
            for (String key : List.of(LeaseEntry.KEY, MemberEntry.key(name), IncarnationCounter.key(name))) {
                bucket.put(key, "malformed".getBytes(UTF_8));
            }

            try (CoordinatorNode node = new CoordinatorNode(1, servers.setting())) {
                await().atMost(TIMEOUT)
                        .until(() -> node.isLeading() && node.problem().isEmpty());
                assertThat(node.names()).containsExactly(name);
                assertThat(IncarnationCounter.decode(value(bucket, IncarnationCounter.key(name))))
                        .isEqualTo(node.self.incarnation());
            }
        }
    }
}
