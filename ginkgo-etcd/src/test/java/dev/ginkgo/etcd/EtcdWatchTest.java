package dev.ginkgo.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What the nodes learn from watching etcd. They read all keys only every 250 seconds, when they renew their leases. */
class EtcdWatchTest {
    private static final Duration LONG_TTL = Duration.ofSeconds(1_000);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static EtcdServer server;
    private String prefix = "";

    @BeforeAll
    static void startServer() throws IOException {
        server = EtcdServer.start(folder);
    }

    @AfterAll
    static void stopServer() throws InterruptedException {
        server.kill();
    }

    @BeforeEach
    void choosePrefix(TestInfo test) {
        prefix = "/" + test.getTestMethod().orElseThrow().getName() + "/";
    }

    private TestNode start(int port, CuttableProxy proxy) throws InterruptedException {
        return TestNode.start(new EtcdCoordinator(List.of(proxy.endpoint()), prefix), port, LONG_TTL);
    }

    @Test
    @DisplayName("E-01 a node learns at once of members that join and leave, and leads when the leader has left")
    void learnsOfChangesAtOnce() throws Exception {
        try (CuttableProxy proxy = new CuttableProxy(server.endpoint());
                TestNode b = start(2, proxy)) {
            // Given
            await().atMost(TIMEOUT).until(() -> !b.renewals.isEmpty());
            TestNode a = start(1, proxy);
            await().atMost(TIMEOUT).until(() -> b.sees(b, a));
            Epoch first = b.renewals.getLast();

            // When
            b.engine.leave();

            // Then
            await().atMost(TIMEOUT).until(() -> a.sees(a) && !a.renewals.isEmpty());
            assertThat(b.ended).containsExactly(first);
            assertThat(first.isBefore(a.renewals.getLast())).isTrue();
            a.close();
        }
    }

    @Test
    @DisplayName("E-01 a node whose watch was interrupted learns what it has missed")
    void resumesTheWatch() throws Exception {
        try (CuttableProxy proxyA = new CuttableProxy(server.endpoint());
                CuttableProxy proxyB = new CuttableProxy(server.endpoint());
                TestNode a = start(1, proxyA)) {
            // Given
            await().atMost(TIMEOUT).until(() -> a.sees(a));
            proxyA.cut();
            proxyA.dropConnections();

            // When
            try (TestNode b = start(2, proxyB)) {
                await().atMost(TIMEOUT).until(() -> b.sees(a, b));
                proxyA.restore();

                // Then
                await().atMost(TIMEOUT).until(() -> a.sees(a, b));
            }
        }
    }

    @Test
    @DisplayName("E-01 a node whose watch would resume with changes that etcd has compacted reads the keys again")
    void resumesTheWatch_afterACompaction() throws Exception {
        try (CuttableProxy proxyA = new CuttableProxy(server.endpoint());
                CuttableProxy proxyB = new CuttableProxy(server.endpoint());
                TestNode a = start(1, proxyA)) {
            // Given
            await().atMost(TIMEOUT).until(() -> a.sees(a));
            proxyA.cut();
            proxyA.dropConnections();

            // When
            try (TestNode b = start(2, proxyB)) {
                await().atMost(TIMEOUT).until(() -> b.sees(a, b));
                String answer = server.post("kv/compaction", "{\"revision\":" + revision() + ",\"physical\":true}");
                assertThat(answer).contains("revision");
                proxyA.restore();

                // Then
                await().atMost(TIMEOUT).until(() -> a.sees(a, b));
            }
        }
    }

    private static long revision() throws IOException, InterruptedException {
        Matcher revision =
                Pattern.compile("\"revision\":\"(\\d+)\"").matcher(server.post("kv/range", "{\"key\":\"YQ==\"}"));
        assertThat(revision.find()).isTrue();
        return Long.parseLong(revision.group(1));
    }

    @Test
    @DisplayName("E-02 a node whose lease in etcd has ended joins again, and leads in a higher epoch")
    void joinsAgain_whenItsLeaseHasEnded() throws Exception {
        try (CuttableProxy proxy = new CuttableProxy(server.endpoint());
                TestNode a = start(1, proxy)) {
            // Given
            await().atMost(TIMEOUT).until(() -> !a.renewals.isEmpty());
            Epoch first = a.renewals.getLast();
            Matcher lease = Pattern.compile("\"ID\":\"(\\d+)\"").matcher(server.post("lease/leases", "{}"));
            assertThat(lease.find()).isTrue();

            // When
            server.post("lease/revoke", "{\"ID\":" + lease.group(1) + "}");

            // Then
            await().atMost(TIMEOUT).until(() -> first.isBefore(a.renewals.getLast()));
            assertThat(a.ended).containsExactly(first);
            assertThat(a.sees(a)).isTrue();
        }
    }
}
