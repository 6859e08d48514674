package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Counts the bytes that the calling thread allocates: with and without the optimizing compiler, idle and under load. */
class AllocationTest {
    private static final int TIMES = 2_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Host host = new Host();

    private static final class Host extends Service {
        final Setting<Integer> rate = setting("rate", 60);
        final Setting<String> name = setting("name", "x");

        void spawnTask(CountDownLatch ended) {
            spawn("task", ended::countDown);
        }
    }

    @Test
    @DisplayName("C-101 reading a setting allocates nothing")
    void readingASetting_allocatesNothing() {
        try (Ginkgo _ = Ginkgo.start(host)) {
            read(TIMES); // loads classes

            assertThat(bytes(() -> read(TIMES))).isZero();
        }
    }

    private int read(int times) {
        int sum = 0;
        for (int i = 0; i < times; i++) {
            sum += host.rate.get() + host.name.get().length();
        }
        return sum;
    }

    @Test
    @DisplayName("T-57 a task costs at most 1,500 bytes besides its stack")
    void spawning_allocatesLittle() throws InterruptedException {
        try (Ginkgo _ = Ginkgo.start(host)) {
            CountDownLatch first = new CountDownLatch(TIMES);
            spawn(first);
            first.await();
            CountDownLatch ended = new CountDownLatch(TIMES);

            long bytes = bytes(() -> spawn(ended)) / TIMES;

            ended.await();
            assertThat(bytes).isPositive().isLessThan(1_500);
        }
    }

    private void spawn(CountDownLatch ended) {
        for (int i = 0; i < TIMES; i++) {
            host.spawnTask(ended);
        }
    }

    private long bytes(Runnable work) {
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
