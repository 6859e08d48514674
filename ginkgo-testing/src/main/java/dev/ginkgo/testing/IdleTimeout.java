package dev.ginkgo.testing;

import com.sun.management.OperatingSystemMXBean;
import dev.ginkgo.config.Durations;
import dev.ginkgo.time.TimeSource;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Timeout in delivered time. While a busy task is runnable, only the processor time that the process received counts;
 * while all busy tasks are blocked, each poll counts as no more than a few milliseconds, however late it runs. On an
 * idle machine this is real time; on a machine that is ten times overloaded the timeout is about ten times as long.
 */
final class IdleTimeout {
    private static final long LONGEST_POLL = Duration.ofMillis(5).toNanos();

    /** Clocks of the machine. */
    interface Machine {
        /** Returns the real time. */
        long nanos();

        /** Returns the processor time that this process has used, in nanoseconds. */
        long processorNanos();

        /** Returns the clocks of this machine. */
        static Machine actual() {
            OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            return new Machine() {
                @Override
                public long nanos() {
                    return TimeSource.system().nanos();
                }

                @Override
                public long processorNanos() {
                    return process.getProcessCpuTime();
                }
            };
        }
    }

    private final Duration timeout;
    private final Machine machine;
    private final long start;
    private long last;
    private long lastProcessor;
    private long whileBlocked;
    private long whileRunnable;
    private long processorWhileRunnable;

    IdleTimeout(Duration timeout, Machine machine) {
        this.timeout = timeout;
        this.machine = machine;
        this.start = machine.nanos();
        this.last = start;
        this.lastProcessor = machine.processorNanos();
    }

    /**
     * Counts the time since the previous poll.
     *
     * @param runnable whether a busy task is running or waits for a processor
     * @return whether the timeout has been reached
     */
    boolean poll(boolean runnable) {
        long now = machine.nanos();
        long processor = machine.processorNanos();
        if (runnable) {
            whileRunnable += now - last;
            processorWhileRunnable += processor - lastProcessor;
        } else {
            whileBlocked += Math.min(now - last, LONGEST_POLL);
        }
        last = now;
        lastProcessor = processor;
        return deliveredNanos() > timeout.toNanos();
    }

    private long deliveredNanos() {
        return whileBlocked + Math.min(whileRunnable, processorWhileRunnable);
    }

    @Override
    public String toString() {
        return "waited " + Durations.toHumanString(Duration.ofNanos(last - start))
                + " of real time, in which the machine" + " delivered "
                + Durations.toHumanString(Duration.ofNanos(deliveredNanos()));
    }
}
