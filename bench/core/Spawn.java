import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Starts tasks that end at once (processor time of the process for each), and tasks that wait (memory of each, on the
 * heap after a collection): tasks of a service, virtual threads, and greenlets of gevent.
 */
final class Spawn {
    private Spawn() {}

    /** Starts a body. */
    private interface Starter {
        void start(Runnable body);
    }

    private static final class Host extends Service {
        void start(Runnable body) {
            spawn("task", body::run);
        }
    }

    static void measure(int tasks, int rounds) throws Exception {
        Host host = new Host();
        Ginkgo tree = Ginkgo.start(host);
        Map<String, Starter> starters = new LinkedHashMap<>();
        starters.put("task of a service", host::start);
        starters.put("virtual thread", Thread::startVirtualThread);
        Map<String, double[]> micros = new LinkedHashMap<>();
        Map<String, double[]> bytes = new LinkedHashMap<>();
        for (int round = -2; round < rounds; round++) { // two rounds compile the code
            for (Map.Entry<String, Starter> each : starters.entrySet()) {
                double time = microsPerTask(each.getValue(), tasks);
                double memory = bytesPerTask(each.getValue(), 10_000);
                if (round >= 0) {
                    micros.computeIfAbsent(each.getKey(), _ -> new double[rounds])[round] = time;
                    bytes.computeIfAbsent(each.getKey(), _ -> new double[rounds])[round] = memory;
                }
            }
            String[] gevent = Gevent.spawn(tasks).split(" ");
            if (round >= 0) {
                micros.computeIfAbsent("greenlet of gevent", _ -> new double[rounds])[round] = Double.parseDouble(gevent[0]);
                bytes.computeIfAbsent("greenlet of gevent", _ -> new double[rounds])[round] = Double.parseDouble(gevent[1]);
            }
        }
        tree.stop();
        System.out.println("| " + tasks + " of | µs of processor time each | ratio to virtual threads | bytes while it waits |\n"
                + "|---|---|---|---|");
        micros.forEach((name, values) -> System.out.printf(
                "| %s | %s | %s | %s |%n",
                name,
                Core.spread(values),
                Core.spread(Core.ratios(values, micros.get("virtual thread"))),
                Core.spread(bytes.get(name))));
    }

    private static double microsPerTask(Starter starter, int tasks) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(tasks);
        double begin = ProcessTime.seconds(ProcessHandle.current().pid());
        for (int i = 0; i < tasks; i++) {
            starter.start(ended::countDown);
        }
        ended.await();
        return (ProcessTime.seconds(ProcessHandle.current().pid()) - begin) * 1e6 / tasks;
    }

    private static double bytesPerTask(Starter starter, int tasks) throws InterruptedException {
        CountDownLatch started = new CountDownLatch(tasks);
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(tasks);
        long before = used();
        for (int i = 0; i < tasks; i++) {
            starter.start(() -> {
                started.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                ended.countDown();
            });
        }
        started.await();
        double each = (double) (used() - before) / tasks;
        released.countDown();
        ended.await();
        return each;
    }

    private static long used() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(50);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
