package dev.ginkgo.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.State;
import dev.ginkgo.Status;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesAndParentsTest {
    private final Part root = Part.root();
    private final Part shared = root.other("shared");

    @Test
    @DisplayName("L-14 a service has one parent: a second add throws with both paths")
    void twoParents() {
        Part left = root.child("left");
        Part right = root.child("right");
        left.adding("shared", shared);

        assertThatThrownBy(() -> right.adding("same", shared))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the Part to be added as part/right/same stands at part/left/shared already; a service has"
                        + " one parent, so make another object");
        assertThatThrownBy(() -> left.adding("again", shared))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("part/left/again", "part/left/shared");
        assertThatThrownBy(() -> left.adding("shared", shared)).isInstanceOf(IllegalArgumentException.class);
        assertThat(right.status().children()).isEmpty();
        assertThat(left.status().children()).extracting(Status::path).containsExactly("part/left/shared");
    }

    @Test
    @DisplayName("L-14 a service is not its own child, nor that of one below it")
    void itself() {
        Part child = root.child("child");

        assertThatThrownBy(() -> root.adding("self", root))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("part cannot be its own child: it was to be added as part/self");
        assertThatThrownBy(() -> child.adding("up", root))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("part cannot be its own child: it was to be added as part/child/up");
    }

    @Test
    @DisplayName("L-14 a running root cannot be added elsewhere")
    void aRunningRoot() {
        shared.start();

        assertThatThrownBy(() -> root.adding("shared", shared))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the Part at part runs as a root, or has run; it cannot become part/shared");
        shared.stop();
    }

    @Test
    @DisplayName("L-15 a second child of one name is refused, and a free name proposed")
    void sameName() {
        root.child("hub");
        assertThatThrownBy(() -> root.child("hub"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("part has a child \"hub\" already (a Part); use add(\"hub-2\", …)");
        root.child("hub-2");
        assertThatThrownBy(() -> root.adding("hub", shared)).hasMessageEndingWith("use add(\"hub-3\", …)");

        // the one that was refused is free
        root.adding("hub-3", shared);
        assertThat(root.status().children())
                .extracting(Status::path)
                .containsExactly("part/hub", "part/hub-2", "part/hub-3");
    }

    @Test
    @DisplayName("L-15 the same while the parent runs; the one that runs is not touched")
    void sameNameWhileRunning() {
        Part hub = root.child("hub");
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            assertThatThrownBy(() -> root.adding("hub", shared)).hasMessageEndingWith("use add(\"hub-2\", …)");
            assertThat(hub.state()).isEqualTo(State.READY);
            assertThat(shared.state()).isEqualTo(State.NEW);
            root.adding("hub-2", shared);
            assertThat(ginkgo.status().children()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Hub", "the hub", "hub_2", "-hub", "hub-", "a--b", "hub.http", "hub/http", "hüb"})
    @DisplayName("L-15 a malformed name is refused, with the rule")
    void malformed(String name) {
        assertThatThrownBy(() -> root.child(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "\"" + name + "\" is not a name: lower case words of letters and digits, joined by \"-\"");
    }

    @Test
    @DisplayName("L-22 only a root is started: a child says where it stands")
    void startOfAChild() {
        Part child = root.child("child");

        assertThatThrownBy(child::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("part/child is a child; it starts with its root, which is started instead");
        assertThat(child.state()).isEqualTo(State.NEW);
        root.start();
        child.stop();
        assertThatThrownBy(child::start).isInstanceOf(IllegalStateException.class);
        root.stop();
    }
}
