package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A hub with {@code http.enabled = false}. */
class HubWithoutHttpTest {
    @Test
    @DisplayName("a hub without HTTP serves publishers and subscribers in its own process, and stops normally")
    void servesItsProcess_withoutListening() throws InterruptedException {
        TimeSource clock = new FakeClock();
        try (TestTree<MessageHub> tree = TestTree.start(new MessageHub(), clock, "http.enabled = false");
                Subscription subscriber = tree.root().subscribe("/n")) {
            tree.root().publish("/n", "one");

            assertThat(subscriber.take().text()).isEqualTo("one");
            assertThat(tree.ginkgo().status().ready()).isTrue();
            assertThat(HubAccess.readings(tree.root()).connections()).isZero();
            assertThat(tree.root().url()).isEmpty();
            assertThatThrownBy(tree.root()::address)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("does not listen");
        }
    }
}
