package lab;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** Time from publishing to the subscriber at a fixed rate, and what that rate costs. */
final class Latency {
    /**
     * Result of one round; times in ms.
     *
     * @param cpu processor time of the server and of the kernel's network threads, in µs per delivery
     */
    record Result(double p50, double p99, double p999, double cpu) {}

    private Latency() {}

    /**
     * Publishes at a fixed rate, and measures each delivery. The time counts from when the message was due, so that a delay of
     * the publisher counts too.
     *
     * @param perSecond deliveries per second in total
     */
    static Result measure(Server server, Fanout.Row row, int perSecond, double seconds) throws Exception {
        long interval = (long) (1e9 * row.subscribers() / perSecond);
        int messages = (int) (seconds * 1e9 / interval);
        long[] times = new long[messages * row.subscribers()];
        int[] count = new int[1];
        try (Subscribers subscribers = server.subscribe(row.subscribers(), row.stuck());
                Publisher publisher = new Publisher(server)) {
            double cpu = Cpu.ofProcess(server.process().toHandle()) + Cpu.ofKernelThreads();
            long start = System.nanoTime() + 50_000_000;
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < messages; i++) {
                        long wait = start + i * interval - System.nanoTime();
                        while (wait > 0) {
                            LockSupport.parkNanos(wait);
                            wait = start + i * interval - System.nanoTime();
                        }
                        publisher.publish(1, row.bytes());
                        publisher.awaitResponses(1);
                    }
                } catch (Exception e) {
                    throw new IllegalStateException("the publisher failed", e);
                }
            });
            subscribers.await(
                    times.length, number -> times[count[0]++] = System.nanoTime() - (start + number * interval));
            sender.join();
            double used = Cpu.ofProcess(server.process().toHandle()) + Cpu.ofKernelThreads() - cpu;
            Arrays.sort(times);
            return new Result(at(times, 0.5), at(times, 0.99), at(times, 0.999), used / times.length);
        }
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.round(sorted.length * quantile))] / 1e6;
    }
}
