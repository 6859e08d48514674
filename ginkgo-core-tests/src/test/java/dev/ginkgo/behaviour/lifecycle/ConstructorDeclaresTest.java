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
    @DisplayName("L-21 methods that act are rejected in a constructor, and the error gives advice")
    void rejectsActions_inTheConstructor() {
        TestService service = TestService.root();
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("spawn", () -> service.task("task", () -> {}));
        calls.put("sleep", () -> service.pause(Duration.ZERO));
        calls.put("closeOnStop", () -> service.closedOnStop(() -> {}));
        calls.put("ready", service::markReady);
        calls.put("deferReady", service::deferReadiness);
        calls.put("degraded", () -> service.markDegraded("reason"));

        calls.forEach((name, call) -> assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(name
                        + " was called on test-service before its onStart: a constructor declares, onStart acts, so"
                        + " move the call there"));
        assertThat(service.status().tasks()).isZero();
    }

    @Test
    @DisplayName("L-21 reading a setting in a constructor is rejected, and the error gives advice")
    void rejectsReadingASetting_inTheConstructor() {
        assertThatThrownBy(ReadsSettingInConstructor::new)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rate")
                .hasMessageContaining("constructor");
    }

    @Test
    @DisplayName("L-21 declarations are rejected once the service is running, and actions once it has stopped")
    void rejectsDeclarations_afterTheStart() {
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

    private static final class ReadsSettingInConstructor extends Service {
        final Setting<Integer> rate = setting("rate", 60);

        ReadsSettingInConstructor() {
            log.info("{}", rate.get());
        }
    }
}
