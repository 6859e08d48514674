package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HookBeforeChildrenTest {
    private final TestService root =
            TestService.root().withLifecycle(Lifecycle.standard().hookBeforeChildren());
    private final TestService a = root.child("a");
    private final TestService b = root.child("b");

    @Test
    @DisplayName("L-19 onStart runs before the children start, and onStop after they have stopped")
    void hookRunsBeforeTheChildren() {
        root.whenStarting(self -> {
            self.closedOnStop(self.resource("pool"));
            self.waitingTask("work");
            assertThat(a.state()).isEqualTo(State.NEW);
        });

        root.start();
        assertThat(root.state()).isEqualTo(State.READY);
        root.stop();

        assertThat(root.events)
                .containsExactly(
                        "root onStart",
                        "a onStart",
                        "b onStart",
                        "b onStop",
                        "a onStop",
                        "root onStop",
                        "root work ends",
                        "root closes pool");
    }

    @Test
    @DisplayName("L-19 when a child fails to start, onStop runs after the onStart that preceded it")
    void callsOnStop_whenAChildFails() {
        b.whenStarting(self -> {
            throw new IOException("no");
        });

        assertThatThrownBy(root::start)
                .isInstanceOf(StartException.class)
                .hasMessage("test-service/b did not start: no");

        assertThat(root.events).containsExactly("root onStart", "a onStart", "b onStart", "a onStop", "root onStop");
        assertThat(root.state()).isEqualTo(State.FAILED);
    }

    @Test
    @DisplayName("L-19 when onStart fails, no child starts")
    void startsNoChild_whenTheHookFails() {
        root.whenStarting(self -> {
            throw new IOException("no");
        });

        assertThatThrownBy(root::start).hasMessage("test-service did not start: no");

        assertThat(root.events).containsExactly("root onStart");
        assertThat(a.state()).isEqualTo(State.NEW);
        assertThat(root.state()).isEqualTo(State.FAILED);
    }
}
