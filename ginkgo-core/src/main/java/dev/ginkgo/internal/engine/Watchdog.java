package dev.ginkgo.internal.engine;

import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the virtual threads stand still because tasks compute without ever blocking: once a second it lets
 * one virtual thread run, and if that does not get its turn within a second, it names the tasks that do. (The talk's
 * "if you're in a loop that doesn't use IO, run gevent.sleep(0)".) It is a platform thread, or it would stand still
 * with the others, and keeps the machine's time.
 */
final class Watchdog {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final Duration TURN_TIMEOUT = Duration.ofSeconds(1);
    private static final long REPORT_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

    private final ServiceTree serviceTree;
    private volatile @Nullable Thread thread;

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

    private void watch() {
        long quietUntil = TimeSource.system().nanos();
        try {
            while (true) {
                WaitQueue.sleep(TimeSource.system(), TURN_TIMEOUT);
                AtomicBoolean ran = new AtomicBoolean();
                Thread.ofVirtual().start(() -> ran.set(true));
                WaitQueue.sleep(TimeSource.system(), TURN_TIMEOUT);
                if (!ran.get() && TimeSource.system().nanos() - quietUntil >= 0 && reportBusyTasks()) {
                    quietUntil = TimeSource.system().nanos() + REPORT_INTERVAL_NANOS;
                }
            }
        } catch (InterruptedException e) {
            // the tree has come to its end
        }
    }

    private boolean reportBusyTasks() {
        String busy = serviceTree.tasks().stream().map(Watchdog::stackIfBusy).collect(Collectors.joining());
        if (busy.isEmpty()) {
            return false; // the machine was slow, or another tree's tasks are busy
        }
        LOG.warn(
                "no virtual thread got its turn for {}: these tasks hold every carrier thread; where they compute in a"
                        + " loop, let them call sleep(Duration.ZERO) now and then{}",
                Durations.toHumanString(TURN_TIMEOUT),
                busy);
        return true;
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
