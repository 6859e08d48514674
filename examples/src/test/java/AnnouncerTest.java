import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.testing.cluster.TestCluster;
import dev.ginkgo.testing.cluster.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tests the announcer on a cluster in one process; the README and the tutorial quote this file. */
class AnnouncerTest {

    /** The services of a gateway that take turns, and a subscriber that records the announcements. */
    static final class Turns extends Service {
        final Cluster cluster = add("cluster", new Cluster());
        final MessageHub hub = add("hub", new MessageHub(cluster));
        final Announcer announcer = add("announcer", new Announcer(hub, cluster));
        final List<String> received = new CopyOnWriteArrayList<>();

        @Override
        protected void onStart() {
            spawn("receive", () -> {
                try (Subscription all = hub.subscribe("/announcements")) {
                    for (Message each : all) {
                        received.add(each.text());
                    }
                }
            });
        }
    }

    @Test
    @DisplayName("K-15 while the leader is cut off the others take turns without it; afterwards all members do, one at"
            + " a time")
    void remainingMembersTakeTurns_whileTheLeaderIsCutOff() {
        try (TestCluster<Turns> cluster = TestCluster.of(3, node -> new Turns())) {
            TestNode<Turns> leader = cluster.awaitLeader();
            cluster.awaitConverged();

            cluster.partition(leader); // the leader is alone on its side
            TestNode<Turns> next = cluster.awaitOtherLeader(leader);
            next.root().received.clear();
            cluster.advance(Duration.ofMinutes(1)); // takes milliseconds of real time
            assertThat(next.root().received).hasSize(20).noneMatch(isFrom(leader));

            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(Duration.ofSeconds(1)); // the old leader receives the messages it missed
            leader.root().received.clear();
            cluster.advance(Duration.ofMinutes(1));
            assertThat(leader.root().received).hasSize(20).anyMatch(isFrom(leader));
        }
    }

    @Test
    @DisplayName("K-15 a leader that was killed rejoins as a follower, and takes its turn like the others")
    void killedLeaderRejoinsAsFollower() {
        try (TestCluster<Turns> cluster = TestCluster.of(3, node -> new Turns())) {
            TestNode<Turns> leader = cluster.awaitLeader();
            cluster.kill(leader);
            TestNode<Turns> next = cluster.awaitOtherLeader(leader);
            cluster.start(leader);
            cluster.awaitConverged();
            next.root().received.clear();

            cluster.advance(Duration.ofSeconds(9));

            assertThat(next.root().received).hasSize(3);
            for (TestNode<Turns> node : cluster.nodes()) {
                assertThat(next.root().received)
                        .filteredOn(isFrom(node))
                        .singleElement(STRING)
                        .endsWith(" subscribers");
            }
            assertThat(leader.isLeader()).isFalse();
        }
    }

    private static Predicate<String> isFrom(TestNode<Turns> node) {
        return text -> text.startsWith(node.name() + " has delivered ");
    }
}
