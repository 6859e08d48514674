package dev.ginkgo.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.config.Address;
import dev.ginkgo.testing.TestTree;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RosterObserverTest {
    private final Cluster cluster = new Cluster();

    private TestTree<Cluster> start() {
        return TestTree.start(cluster, "coordinator.engine = 'scripted'\nidentity = '10.0.0.1:4440'");
    }

    private static Member member(int n) {
        Address address = new Address("10.0.0." + n, 4440);
        return new Member(address.toString(), n, address, Optional.empty(), Optional.empty(), "1");
    }

    /** This node and that many others. */
    private List<Member> roster(int others) {
        List<Member> all = new ArrayList<>();
        all.add(ScriptedCoordinator.of(cluster).self());
        IntStream.range(2, 2 + others).forEach(n -> all.add(member(n)));
        return all;
    }

    private void setRoster(int others) {
        ScriptedCoordinator.of(cluster).listener().rosterChanged(roster(others));
    }

    @Test
    @DisplayName("K-14 an observer receives the complete roster first and then every change, in order and once")
    void snapshotThenChanges() {
        List<Integer> early = new CopyOnWriteArrayList<>();
        List<Integer> late = new CopyOnWriteArrayList<>();
        cluster.onRoster(members -> early.add(members.size()));
        try (TestTree<Cluster> _ = start()) {
            IntStream.rangeClosed(1, 50).forEach(this::setRoster);
            setRoster(50); // no change
            cluster.onRoster(members -> late.add(members.size()));
            IntStream.rangeClosed(51, 100).forEach(this::setRoster);

            await().until(() -> early.size() >= 101 && late.size() >= 51);
            assertThat(early)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, 101).boxed().toList());
            assertThat(late)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(51, 101).boxed().toList());
            assertThat(cluster.roster()).hasSize(101).isEqualTo(roster(100));
        }
    }

    @Test
    @DisplayName("K-14 an observer that blocks or throws delays neither the roster nor the other observers")
    void isolatesObserversThatBlockOrThrow() {
        CountDownLatch release = new CountDownLatch(1);
        List<Integer> blocked = new CopyOnWriteArrayList<>();
        List<Integer> good = new CopyOnWriteArrayList<>();
        List<Integer> thrower = new CopyOnWriteArrayList<>();
        cluster.onRoster(members -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            blocked.add(members.size());
        });
        cluster.onRoster(members -> {
            thrower.add(members.size());
            throw new IllegalStateException("rejected " + members.size());
        });
        cluster.onRoster(members -> good.add(members.size()));
        try (TestTree<Cluster> _ = start()) {
            // When
            setRoster(1);
            setRoster(2);
            // Then
            await().untilAsserted(() -> assertThat(good).containsExactly(1, 2, 3));
            await().untilAsserted(() -> assertThat(thrower).containsExactly(1, 2, 3));
            assertThat(cluster.roster()).hasSize(3);
            assertThat(blocked).isEmpty();
            // And the blocked observer misses nothing
            release.countDown();
            await().untilAsserted(() -> assertThat(blocked).containsExactly(1, 2, 3));
        }
    }

    @Test
    @DisplayName("K-14 a closed registration receives no more events")
    void stopsDelivery_afterClose() {
        List<Integer> closed = new CopyOnWriteArrayList<>();
        List<Integer> other = new CopyOnWriteArrayList<>();
        try (TestTree<Cluster> _ = start()) {
            ObserverRegistration observerRegistration = cluster.onRoster(members -> closed.add(members.size()));
            cluster.onRoster(members -> other.add(members.size()));
            await().until(() -> closed.size() == 1);
            observerRegistration.close();
            setRoster(1);
            await().until(() -> other.size() == 2);
            assertThat(closed).containsExactly(1);
        }
    }

    @Test
    @DisplayName("a member carries its name, incarnation, addresses, public URL and version")
    void memberCarriesItsAddresses() {
        try (TestTree<Cluster> _ = start()) {
            cluster.advertiseTransport(Address.of("10.0.0.1:2222"));
            cluster.advertiseUrl(URI.create("https://a.example.org/"));

            Member self = ScriptedCoordinator.of(cluster).self();
            assertThat(self.name()).isEqualTo("10.0.0.1:4440");
            assertThat(self.identity()).isEqualTo(cluster.identity());
            assertThat(self.incarnation()).isPositive();
            assertThat(self.transport()).contains(Address.of("10.0.0.1:2222"));
            assertThat(self.url()).contains(URI.create("https://a.example.org/"));
            assertThat(self.version()).isNotEmpty();
        }
    }

    @Test
    @DisplayName("K-42 an address that is advertised before the cluster has started is rejected with what to do")
    void advertiseBeforeStart_isRejected() {
        assertThatThrownBy(() -> cluster.advertiseUrl(URI.create("http://10.0.0.1:8080")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(
                        "has not been started", "in onStart of a service that starts after the cluster");
        assertThatThrownBy(() -> cluster.advertiseTransport(new Address("10.0.0.1", 4441)))
                .isInstanceOf(IllegalStateException.class);
    }
}
