package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.behaviour.TestService;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConstructorDeclaresTest {

    @Test
    @DisplayName("L-21 what acts is refused in a constructor, and the error says what to do")
    void aConstructorDeclares() {
        TestService part = TestService.root();
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("spawn", () -> part.task("task", () -> {}));
        calls.put("sleep", () -> part.pause(Duration.ZERO));
        calls.put("closeOnStop", () -> part.closedOnStop(() -> {}));
        calls.put("ready", part::markReady);
        calls.put("deferReady", part::deferReadiness);
        calls.put("degraded", () -> part.markDegraded("reason"));

        calls.forEach((name, call) -> assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(name
                        + " was called on test-service before its onStart: a constructor declares, onStart acts, so"
                        + " move the call there"));
        assertThat(part.status().tasks()).isZero();
    }

    @Test
    @DisplayName("L-21 a setting cannot be read in a constructor, and the error says what to do")
    void aSettingIsReadLater() {
        assertThatThrownBy(Reads::new)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rate")
                .hasMessageContaining("constructor");
    }

    @Test
    @DisplayName("L-21 once it runs, what declares is refused")
    void onStartActs() {
        TestService root = TestService.root();
        root.start();

        assertThatThrownBy(() -> root.withLifecycle(dev.ginkgo.lifecycle.Lifecycle.standard()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "test-service is READY: lifecycle belongs in the constructor (a constructor declares, onStart"
                                + " acts)");
        root.stop();
        assertThatThrownBy(() -> root.task("late", () -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("test-service is STOPPED: spawn has no effect there");
    }

    private static final class Reads extends Service {
        final Setting<Integer> rate = setting("rate", 60);

        Reads() {
            log.info("{}", rate.get());
        }
    }
}
