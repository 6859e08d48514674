package dev.ginkgo.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
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
        Part part = Part.root();
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("spawn", () -> part.spawning("task", () -> {}));
        calls.put("sleep", () -> part.sleeping(Duration.ZERO));
        calls.put("own", () -> part.owning(() -> {}));
        calls.put("ready", part::isReady);
        calls.put("readyLater", part::isReadyLater);
        calls.put("degraded", () -> part.isDegraded("reason"));

        calls.forEach((name, call) -> assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(name + " was called on part before its onStart: a constructor declares, onStart acts, so"
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
        Part root = Part.root();
        root.start();

        assertThatThrownBy(() -> root.lives(dev.ginkgo.Lifecycle.standard()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("part is READY: lifecycle belongs in the constructor (a constructor declares, onStart"
                        + " acts)");
        root.stop();
        assertThatThrownBy(() -> root.spawning("late", () -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("part is STOPPED: spawn has no effect there");
    }

    private static final class Reads extends Service {
        final Setting<Integer> rate = setting("rate", 60);

        Reads() {
            log.info("{}", rate.get());
        }
    }
}
