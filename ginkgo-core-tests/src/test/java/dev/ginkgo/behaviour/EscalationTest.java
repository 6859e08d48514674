package dev.ginkgo.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.NotReadyException;
import dev.ginkgo.StartException;
import dev.ginkgo.State;
import dev.ginkgo.StateChange;
import dev.ginkgo.Status;
import dev.ginkgo.Supervision;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class EscalationTest {

    @Test
    @DisplayName(
            "S-03 by default the failure of a child escalates at once, up to the root, and everything stops in order")
    void escalatesByDefault() throws Exception {
        // Given
        List<StateChange> changes = new CopyOnWriteArrayList<>();
        Puppet root = new Puppet("root");
        Puppet a = root.child("a", new Puppet("a", root.journal()));
        Puppet hub = root.child("hub", new Puppet("hub", root.journal()));
        Puppet http = hub.child("http", new Puppet("http", root.journal()));
        Ginkgo ginkgo = Ginkgo.of(root).name("gateway").onChange(changes::add).start();

        // When
        http.fails("boom");
        ginkgo.awaitStopped();

        // Then: each is told why, and names who failed below it
        assertThat(root.journal()).containsExactly("+a", "+http", "+hub", "+root", "-http", "-hub", "-root", "-a");
        assertThat(root.status().state()).isEqualTo(State.FAILED);
        assertThat(root.status().reason()).isEqualTo("gateway/hub failed: gateway/hub/http failed: boom");
        assertThat(root.status().failure().orElseThrow())
                .rootCause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("boom");
        assertThat(hub.status().state()).isEqualTo(State.FAILED);
        assertThat(hub.status().reason()).isEqualTo("gateway/hub/http failed: boom");
        assertThat(http.status().reason()).isEqualTo("boom");
        assertThat(a.status().state()).isEqualTo(State.STOPPED);
        assertThat(root.status().tasks()).isZero();
        assertThat(root.status().children()).extracting(Status::restarts).containsOnly(0);
        assertThatThrownBy(() -> http.awaitReady(Duration.ofMinutes(1)))
                .isInstanceOf(NotReadyException.class)
                .hasMessageContaining("gateway/hub/http is FAILED (boom)");
    }

    @Test
    @DisplayName("S-03 a child that fails while its parent's onStart runs fails the start")
    void whileTheParentStarts() {
        // Given
        Puppet root = new Puppet("root");
        Puppet a = root.child("a", new Puppet("a", root.journal()), Supervision.escalate());
        Puppet b = root.child("b", new Puppet("b", root.journal()));
        CountDownLatch never = new CountDownLatch(1);
        root.atStart(() -> {
            a.fails("boom");
            never.await();
        });

        // When, Then
        assertThatThrownBy(() -> Ginkgo.start(root))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("puppet/a failed")
                .hasMessageContaining("boom");
        assertThat(root.status().state()).isEqualTo(State.FAILED);
        assertThat(b.status().state()).isEqualTo(State.STOPPED);
        assertThat(root.status().tasks()).isZero();
        assertThat(root.journal())
                .startsWith("+a", "+b", "+root")
                .doesNotContain("-root")
                .contains("-b");
    }

    @Test
    @DisplayName("S-01 a child under restart that fails while its parent's onStart runs comes back meanwhile")
    void restartedWhileTheParentStarts() {
        // Given a parent that waits in its onStart for the child that it made fail
        Puppet root = new Puppet("root");
        Puppet a = root.child("a", new Puppet("a", root.journal()), Supervision.restart());
        root.atStart(() -> {
            a.fails("boom");
            await().until(() -> a.status().restarts() == 1);
            a.awaitReady(Duration.ofSeconds(5));
        });
        // When, Then
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("S-04 a group is not restarted before its parent is up")
    void groupWaitsForTheParent() {
        for (Supervision policy : List.of(Supervision.restartAll(), Supervision.restartRest())) {
            // Given
            Puppet root = new Puppet("root");
            Puppet a = root.child("a", new Puppet("a", root.journal()), policy);
            Puppet b = root.child("b", new Puppet("b", root.journal()));
            root.atStart(() -> {
                a.fails("boom");
                await().until(() -> a.status().state() == State.FAILED);
            });
            // When
            try (Ginkgo ginkgo = Ginkgo.start(root)) {
                // Then
                await().until(() -> ginkgo.status().ready() && a.status().restarts() == 1);
                assertThat(root.journal())
                        .startsWith("+a", "+b", "+root")
                        .contains("-b")
                        .endsWith("+a", "+b");
                assertThat(b.status().state()).isEqualTo(State.READY);
            }
        }
    }
}
