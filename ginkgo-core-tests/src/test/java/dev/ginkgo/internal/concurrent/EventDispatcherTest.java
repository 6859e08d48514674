package dev.ginkgo.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EventDispatcherTest {
    private final List<Integer> delivered = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private EventDispatcher<Integer> dispatcher(Executor executor) {
        return new EventDispatcher<>(
                event -> {
                    if (event < 0) {
                        throw new IllegalArgumentException("negative");
                    }
                    delivered.add(event);
                },
                executor,
                (event, e) -> failures.add(event + " " + e.getMessage()));
    }

    @Test
    void deliversInOrder_byOneTaskAtATime() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        EventDispatcher<Integer> dispatcher =
                dispatcher(task -> threads.add(Thread.ofVirtual().start(task)));
        for (int i = 0; i < 10_000; i++) {
            dispatcher.add(i);
        }
        for (Thread thread : List.copyOf(threads)) {
            thread.join();
        }
        assertThat(delivered).isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    }

    @Test
    void startsATaskOnlyWhileThereAreEvents() {
        EventDispatcher<Integer> dispatcher = dispatcher(tasks::add);
        dispatcher.add(1);
        dispatcher.add(2);
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(tasks).isEmpty();
        dispatcher.add(3);
        tasks.remove().run();
        assertThat(delivered).containsExactly(1, 2, 3);
    }

    @Test
    void continuesAfterAFailureOfTheObserver() {
        EventDispatcher<Integer> dispatcher = dispatcher(tasks::add);
        dispatcher.add(1);
        dispatcher.add(-2);
        dispatcher.add(3);
        tasks.remove().run();
        assertThat(delivered).containsExactly(1, 3);
        assertThat(failures).containsExactly("-2 negative");
    }

    @Test
    @DisplayName("L-72 an observer that throws an undeclared checked exception receives the next events")
    void continuesAfterAnUndeclaredException() {
        List<Throwable> thrown = new ArrayList<>();
        EventDispatcher<Integer> dispatcher = new EventDispatcher<>(
                event -> {
                    delivered.add(event);
                    throwUndeclared(new IOException("disk full"));
                },
                tasks::add,
                (event, e) -> thrown.add(e));
        dispatcher.add(1);
        dispatcher.add(2);
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
        assertThat(delivered).containsExactly(1, 2);
        assertThat(thrown).hasSize(2).hasOnlyElementsOfType(IOException.class);
    }

    @SuppressWarnings("unchecked") // as code in other languages does, and @SneakyThrows
    private static <T extends Throwable> void throwUndeclared(Throwable t) throws T {
        throw (T) t;
    }

    @Test
    void dropsEvents_whenNoTaskCanBeStarted() {
        boolean[] stopped = {true};
        EventDispatcher<Integer> dispatcher = dispatcher(task -> {
            if (stopped[0]) {
                throw new IllegalStateException("stopped");
            }
            tasks.add(task);
        });
        dispatcher.add(1);
        stopped[0] = false;
        dispatcher.add(2);
        tasks.remove().run();
        assertThat(delivered).containsExactly(2);
    }
}
