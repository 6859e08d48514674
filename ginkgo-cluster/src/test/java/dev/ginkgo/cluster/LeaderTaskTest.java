package dev.ginkgo.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LeaderTaskTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private record Call(String node, long epoch) {}

    /** A node that records a call in each interval in which it is the leader. */
    private static final class Announcer extends Service {
        final Cluster cluster;
        private final String name;
        private final List<Call> calls;

        Announcer(String name, LocalGroup group, List<Call> calls) {
            this.name = name;
            this.calls = calls;
            cluster = add("cluster", new Cluster(group));
        }

        @Override
        protected void onStart() {
            every(
                    "announce",
                    () -> INTERVAL,
                    () -> cluster.ifLeading(
                            lease -> calls.add(new Call(name, lease.epoch().number()))));
        }
    }

    private static final class Nodes extends Service {
        final List<Announcer> all = new ArrayList<>();
        final List<Call> calls = new CopyOnWriteArrayList<>();

        Nodes(int count) {
            LocalGroup group = new LocalGroup();
            for (int n = 1; n <= count; n++) {
                all.add(add("n" + n, new Announcer("n" + n, group, calls)));
            }
        }

        void kill(int n) {
            remove(all.get(n));
        }
    }

    private static String identity(String table, int n) {
        return table + "cluster.identity = '127.0.0.1:" + (10_000 + n) + "'";
    }

    @Test
    @DisplayName("K-15 a periodic task runs on exactly one of 60 members, and on another one after the leader left")
    void oneMemberRunsThePeriodicTask() {
        oneMemberRunsThePeriodicTask(60);
    }

    @Test
    @Tag("long")
    @DisplayName("K-15 a periodic task runs on exactly one of 300 members, and on another one after the leader left")
    void oneOfManyMembersRunsThePeriodicTask() {
        oneMemberRunsThePeriodicTask(300);
    }

    private static void oneMemberRunsThePeriodicTask(int count) {
        String toml = IntStream.rangeClosed(1, count)
                .mapToObj(n -> identity("n" + n + ".", n))
                .collect(Collectors.joining("\n"));
        FakeClock clock = new FakeClock();
        try (TestTree<Nodes> tree = TestTree.start(new Nodes(count), clock, toml)) {
            Nodes nodes = tree.root();
            assertThat(nodes.all.getLast().cluster.roster()).hasSize(count);

            clock.advance(INTERVAL.multipliedBy(3));
            assertThat(nodes.calls).containsExactly(new Call("n1", 1), new Call("n1", 1), new Call("n1", 1));

            nodes.kill(0);
            nodes.calls.clear();
            clock.advance(INTERVAL.multipliedBy(2));
            assertThat(nodes.calls).containsExactly(new Call("n2", 2), new Call("n2", 2));
            assertThat(nodes.all.getLast().cluster.roster()).hasSize(count - 1);
            assertThat(nodes.all.stream().filter(each -> each.cluster.isLeader()))
                    .hasSize(1);
        }
    }

    @Test
    @DisplayName("K-15 nodes whose wall clocks differ by years have one leader, which runs the periodic task")
    void oneLeads_withUnequalClocks() {
        LocalGroup group = new LocalGroup();
        List<Call> calls = new CopyOnWriteArrayList<>();
        FakeClock clockA = new FakeClock(Instant.parse("1999-01-01T00:00:00Z"));
        FakeClock clockB = new FakeClock(Instant.parse("2031-01-01T00:00:00Z"));
        try (TestTree<Announcer> first = TestTree.start(new Announcer("a", group, calls), clockA, identity("", 1))) {
            try (TestTree<Announcer> second =
                    TestTree.start(new Announcer("b", group, calls), clockB, identity("", 2))) {
                clockB.advance(INTERVAL);
                clockA.advance(INTERVAL.multipliedBy(2));
                clockB.advance(INTERVAL);
                assertThat(calls).containsExactly(new Call("a", 1), new Call("a", 1));
                first.root().stop();
                clockB.advance(INTERVAL);
                assertThat(calls.getLast()).isEqualTo(new Call("b", 2));
                assertThat(second.root().cluster.roster()).hasSize(1);
            }
        }
    }
}
