import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.testing.cluster.TestCluster;
import dev.ginkgo.testing.cluster.TestNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A cluster in one test, as the README and the tutorial show it. */
class AnnouncerTest {

    /** What of a gateway takes turns, and one who listens. */
    static final class Turns extends Service {
        final Cluster cluster = add("cluster", new Cluster());
        final MessageHub hub = add("hub", new MessageHub(cluster));
        final Announcer announcer = add("announcer", new Announcer(hub, cluster));
        final List<String> heard = new CopyOnWriteArrayList<>();

        @Override
        protected void onStart() {
            spawn("hear", () -> {
                try (Subscription all = hub.subscribe("/announcements")) {
                    for (Message each : all) {
                        heard.add(each.text());
                    }
                }
            });
        }
    }

    @Test
    @DisplayName("K-15 while the leader is cut off the others take turns without it; then all do, each once a turn")
    void turns() {
        try (TestCluster<Turns> cluster = TestCluster.of(3, node -> new Turns())) {
            TestNode<Turns> leader = cluster.awaitLeader();
            cluster.awaitConverged();

            cluster.partition(leader); // it is alone on its side
            TestNode<Turns> next = cluster.awaitOtherLeader(leader);
            next.root().heard.clear();
            cluster.advance(Duration.ofMinutes(1)); // takes a blink
            assertThat(next.root().heard).hasSize(20).doesNotContain("It is the turn of " + leader.name());

            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(Duration.ofSeconds(1)); // it fetches what it has missed
            leader.root().heard.clear();
            cluster.advance(Duration.ofMinutes(1));
            assertThat(leader.root().heard).hasSize(20).contains("It is the turn of " + leader.name());
        }
    }

    @Test
    @DisplayName("K-15 a leader that was killed comes back as a follower, and is called like the others")
    void killed() {
        try (TestCluster<Turns> cluster = TestCluster.of(3, node -> new Turns())) {
            TestNode<Turns> leader = cluster.awaitLeader();
            cluster.kill(leader);
            TestNode<Turns> next = cluster.awaitOtherLeader(leader);
            cluster.start(leader);
            cluster.awaitConverged();
            next.root().heard.clear();

            cluster.advance(Duration.ofSeconds(9));

            Set<String> names = new HashSet<>();
            cluster.nodes().forEach(node -> names.add("It is the turn of " + node.name()));
            assertThat(next.root().heard).hasSize(3).hasSameElementsAs(names);
            assertThat(leader.isLeader()).isFalse();
        }
    }
}
