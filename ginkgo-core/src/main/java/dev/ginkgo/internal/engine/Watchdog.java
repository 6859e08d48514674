package dev.ginkgo.internal.engine;

import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects tasks that compute without blocking and thereby keep all other virtual threads from running. Once a second it
 * starts a virtual thread; if that does not run within a second, it logs the tasks that are running. (The original
 * Ginkgo had the same rule: in a loop without I/O, call {@code gevent.sleep(0)}.) It is a platform thread, because a
 * virtual thread would be starved as well, and uses the system time.
 */
public final class Watchdog {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final Duration TURN_TIMEOUT = Duration.ofSeconds(1);
    private static final long REPORT_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

    private final ServiceTree serviceTree;
    private volatile @Nullable Thread thread;
    private volatile List<TaskInfo> busyTasks = List.of();

    Watchdog(ServiceTree serviceTree) {
        this.serviceTree = serviceTree;
    }

    void start() {
        thread = Thread.ofPlatform()
                .daemon()
                .name(serviceTree.root().path() + "#watchdog")
                .start(this::watch);
    }

    void stop() {
        Thread watching = thread;
        if (watching != null) {
            watching.interrupt();
        }
    }

    /** Returns the tasks that occupied every carrier thread at the last check; empty if virtual threads could run. */
    public List<TaskInfo> busyTasks() {
        return busyTasks;
    }

    private void watch() {
        long nextReport = TimeSource.system().nanos();
        try {
            while (true) {
                WaitQueue.sleep(TimeSource.system(), TURN_TIMEOUT);
                AtomicBoolean ran = new AtomicBoolean();
                Thread.ofVirtual().start(() -> ran.set(true));
                WaitQueue.sleep(TimeSource.system(), TURN_TIMEOUT);
                Map<TaskInfo, String> busy = ran.get() ? Map.of() : stacksOfBusyTasks();
                busyTasks = List.copyOf(busy.keySet());
                if (!busy.isEmpty() && TimeSource.system().nanos() - nextReport >= 0) {
                    report(busy);
                    nextReport = TimeSource.system().nanos() + REPORT_INTERVAL_NANOS;
                }
            }
        } catch (InterruptedException e) {
            // the tree has stopped
        }
    }

    private static void report(Map<TaskInfo, String> busy) {
        LOG.warn(
                "no virtual thread could run for {}: these tasks occupy every carrier thread; if they compute in a"
                        + " loop, call sleep(Duration.ZERO) in it{}",
                Durations.toHumanString(TURN_TIMEOUT),
                String.join("", busy.values()));
    }

    /** Returns the stacks of the tasks that are running; none if the machine was slow, or another tree is busy. */
    private Map<TaskInfo, String> stacksOfBusyTasks() {
        Map<TaskInfo, String> stacks = new LinkedHashMap<>();
        for (TaskInfo task : serviceTree.tasks()) {
            String stack = stackIfBusy(task);
            if (!stack.isEmpty()) {
                stacks.put(task, stack);
            }
        }
        return stacks;
    }

    private static String stackIfBusy(TaskInfo task) {
        StackTraceElement[] stack = task.thread().getStackTrace();
        boolean busy = task.thread().getState() == Thread.State.RUNNABLE
                && stack.length > 0
                && !stack[0].getClassName().startsWith("java.lang.VirtualThread");
        return busy
                ? "\n" + task.fullName()
                        + Arrays.stream(stack).map(frame -> "\n    at " + frame).collect(Collectors.joining())
                : "";
    }
}
