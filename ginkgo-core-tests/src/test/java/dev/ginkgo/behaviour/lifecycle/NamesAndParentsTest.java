package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesAndParentsTest {
    private final TestService root = TestService.root();
    private final TestService shared = root.detached("shared");

    @Test
    @DisplayName("L-14 adding a service to a second parent throws, and the message names both paths")
    void rejectsASecondParent() {
        TestService left = root.child("left");
        TestService right = root.child("right");
        left.child("shared", shared);

        assertThatThrownBy(() -> right.child("same", shared))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the TestService to be added as test-service/right/same is already at test-service/left/shared; a service has"
                                + " one parent, so create another object");
        assertThatThrownBy(() -> left.child("again", shared))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("test-service/left/again", "test-service/left/shared");
        assertThatThrownBy(() -> left.child("shared", shared)).isInstanceOf(IllegalArgumentException.class);
        assertThat(right.status().children()).isEmpty();
        assertThat(left.status().children()).extracting(Status::path).containsExactly("test-service/left/shared");
    }

    @Test
    @DisplayName("L-14 a service cannot be its own child or descendant")
    void rejectsItselfAsDescendant() {
        TestService child = root.child("child");

        assertThatThrownBy(() -> root.child("self", root))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("test-service cannot be its own descendant: cannot add it as test-service/self");
        assertThatThrownBy(() -> child.child("up", root))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("test-service cannot be its own descendant: cannot add it as test-service/child/up");
    }

    @Test
    @DisplayName("L-14 a running root cannot be added elsewhere")
    void rejectsARunningRootAsChild() {
        shared.start();

        assertThatThrownBy(() -> root.child("shared", shared))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the TestService at test-service is or was the root of a tree; it cannot become test-service/shared");
        shared.stop();
    }

    @Test
    @DisplayName("L-15 a second child with the same name is rejected, and a free name is proposed")
    void rejectsADuplicateName() {
        root.child("hub");
        assertThatThrownBy(() -> root.child("hub"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("test-service has a child \"hub\" already (a TestService); use add(\"hub-2\", …)");
        root.child("hub-2");
        assertThatThrownBy(() -> root.child("hub", shared)).hasMessageEndingWith("use add(\"hub-3\", …)");

        // the rejected service still has no parent
        root.child("hub-3", shared);
        assertThat(root.status().children())
                .extracting(Status::path)
                .containsExactly("test-service/hub", "test-service/hub-2", "test-service/hub-3");
    }

    @Test
    @DisplayName("L-15 the same while the parent is running; the running child is not affected")
    void rejectsADuplicateName_whileRunning() {
        TestService hub = root.child("hub");
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            assertThatThrownBy(() -> root.child("hub", shared)).hasMessageEndingWith("use add(\"hub-2\", …)");
            assertThat(hub.state()).isEqualTo(State.READY);
            assertThat(shared.state()).isEqualTo(State.NEW);
            root.child("hub-2", shared);
            assertThat(ginkgo.status().children()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Hub", "the hub", "hub_2", "-hub", "hub-", "a--b", "hub.http", "hub/http", "hüb"})
    @DisplayName("L-15 a malformed name is rejected, and the message states the rule")
    void rejectsMalformedNames(String name) {
        assertThatThrownBy(() -> root.child(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "\"" + name + "\" is not a name: lower case words of letters and digits, joined by \"-\"");
    }

    @Test
    @DisplayName("L-22 start() on a child is rejected, and the message names its path")
    void rejectsStartOfAChild() {
        TestService child = root.child("child");

        assertThatThrownBy(child::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("test-service/child is a child and starts together with its root; start the root instead");
        assertThat(child.state()).isEqualTo(State.NEW);
        root.start();
        child.stop();
        assertThatThrownBy(child::start).isInstanceOf(IllegalStateException.class);
        root.stop();
    }
}
