package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeepTreeTest {
    private static final int LEVELS = 256;

    private final List<String> events = new CopyOnWriteArrayList<>();

    /** Creates a chain of services. */
    private List<TestService> chain(int levels) {
        List<TestService> all = new ArrayList<>(List.of(new TestService("0", events)));
        for (int i = 1; i < levels; i++) {
            all.add(all.getLast().child("n", new TestService(String.valueOf(i), events)));
        }
        return all;
    }

    @Test
    @DisplayName("L-71 a tree of 256 levels starts from its lowest service and stops in reverse order")
    void startsAndStops_withAllLevels() {
        List<TestService> chain = chain(LEVELS);
        TestService root = chain.getFirst();

        root.start();
        assertThat(chain).allMatch(service -> service.state() == State.READY);
        assertThat(chain.getLast().status().path()).isEqualTo("test-service" + "/n".repeat(LEVELS - 1));
        List<String> started = List.copyOf(events);
        events.clear();
        root.stop();

        assertThat(started).startsWith("255 onStart").hasSize(LEVELS).endsWith("0 onStart");
        assertThat(events).startsWith("0 onStop").hasSize(LEVELS).endsWith("255 onStop");
    }

    @Test
    @DisplayName("L-71 a service at level 257 is not started, nor is anything above it")
    void rejectsOneMoreLevel() {
        List<TestService> chain = chain(LEVELS + 1);

        assertThatThrownBy(chain.getFirst()::start)
                .isInstanceOf(StartException.class)
                .hasMessageEndingWith(
                        "/n is at level 257, and a tree has at most 256; make it a child of a service higher up");
        assertThat(events).isEmpty();
        assertThat(chain.getFirst().state()).isEqualTo(State.FAILED);
    }

    @Test
    @DisplayName("L-71 a service at level 257 that is added at run time is rejected and removed again")
    void rejectsOneMoreLevel_atRunTime() {
        List<TestService> chain = chain(LEVELS);
        chain.getFirst().start();

        assertThatThrownBy(() -> chain.getLast().child("n", new TestService("below")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is at level 257");
        assertThat(chain.getLast().status().children()).isEmpty();
        chain.getFirst().stop();
    }
}
