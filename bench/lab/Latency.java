package lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Time from publishing to the subscriber at a fixed rate, and what that rate costs. */
final class Latency {
    /**
     * Result of one round; times in ms.
     *
     * @param cpu processor time of the servers and of the kernel's network threads, in µs per delivery
     * @param full connections with bytes that the server has not been able to send, at the end
     */
    record Result(double p50, double p99, double p999, double cpu, int full) {}

    private Latency() {}

    /** Prints a table, with ratios to the first server and to the one named by the option {@code against}. */
    static void run(Options options) throws Exception {
        int rounds = options.number("rounds", 7);
        double seconds = options.decimal("seconds", 2);
        int rate = options.number("rate", 50_000);
        try (Servers servers = Servers.start(options.texts("servers", "floor,hub,nchan"))) {
            Fanout.warmUp(servers.list(), options.decimal("warm-up", 20));
            String first = servers.list().getFirst().name();
            String against = options.text("against", servers.list().getLast().name());
            System.out.printf(
                    "%,d deliveries per second; %s rounds of %s s in turns, medians; load %s%n%n",
                    rate, rounds, seconds, Lab.load());
            System.out.printf(
                    "| server | subscribers × bytes × at once | µs per delivery | ÷ %s | ÷ %s | p50, ms | p99 | ÷ %s | p99.9 |%n",
                    first, against, against);
            System.out.println("|---|---|---|---|---|---|---|---|---|");
            List<String> drawn = new ArrayList<>();
            List<List<Result>> values = new ArrayList<>();
            for (Fanout.Row row : options.rows("100,1000", "64", "1")) {
                Map<String, List<Result>> results = new LinkedHashMap<>();
                for (int round = 0; round < rounds; round++) {
                    for (Server server : servers.list()) {
                        results.computeIfAbsent(server.name(), _ -> new ArrayList<>())
                                .add(measure(server, row, rate, seconds));
                    }
                }
                results.forEach((name, each) -> System.out.printf(
                        Locale.ROOT,
                        "| %s | %s | %.2f | %s | %s | %.2f | %.2f | %s | %.2f |%n",
                        name,
                        row,
                        Report.median(each, Result::cpu),
                        Report.ratio(each, results.get(first), Result::cpu),
                        Report.ratio(each, results.get(against), Result::cpu),
                        Report.median(each, Result::p50),
                        Report.median(each, Result::p99),
                        Report.ratio(each, results.get(against), Result::p99),
                        Report.median(each, Result::p999)));
                results.forEach((name, each) -> {
                    drawn.add(name + ", " + row.subscribers());
                    values.add(each);
                });
            }
            Map<String, Chart.Value[]> quantiles = new LinkedHashMap<>();
            quantiles.put("p50", values.stream().map(each -> Chart.Value.of(each, Result::p50)).toArray(Chart.Value[]::new));
            quantiles.put("p99", values.stream().map(each -> Chart.Value.of(each, Result::p99)).toArray(Chart.Value[]::new));
            quantiles.put("p99.9", values.stream().map(each -> Chart.Value.of(each, Result::p999)).toArray(Chart.Value[]::new));
            Report.draw(
                    options,
                    String.format(Locale.ROOT, "From publishing to a subscriber, %,d deliveries per second", rate),
                    "ms (server, number of subscribers)",
                    drawn,
                    quantiles);
        }
    }

    /** Publishes at a fixed rate to one server. */
    static Result measure(Server server, Fanout.Row row, int perSecond, double seconds) throws Exception {
        return measure(server, server, List.of(), row, perSecond, seconds);
    }

    /**
     * Publishes at a fixed rate, and measures each delivery. The time counts from when the message was due, so that a delay of
     * the publisher counts too.
     *
     * @param receiving the server of the subscribers; the publishing one, or a node that it is connected with
     * @param between servers between the two, whose processor time counts too
     * @param perSecond deliveries per second in total
     */
    static Result measure(
            Server publishing, Server receiving, List<Server> between, Fanout.Row row, int perSecond, double seconds)
            throws Exception {
        long interval = (long) (1e9 * row.subscribers() / perSecond);
        int messages = (int) (seconds * 1e9 / interval);
        long[] times = new long[messages * row.subscribers()];
        int[] count = new int[1];
        Set<Server> servers = new HashSet<>(between);
        servers.add(publishing);
        servers.add(receiving);
        try (Subscribers subscribers = receiving.subscribe(row.subscribers(), row.stuck());
                Publisher publisher = new Publisher(publishing)) {
            double cpu = cpu(servers);
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
            double used = cpu(servers) - cpu;
            Arrays.sort(times);
            int full = row.stuck() == 0 ? 0 : receiving.fullSockets();
            return new Result(at(times, 0.5), at(times, 0.99), at(times, 0.999), used / times.length, full);
        }
    }

    private static double cpu(Set<Server> servers) {
        return servers.stream().mapToDouble(Server::cpu).sum() + Cpu.ofKernelThreads();
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.round(sorted.length * quantile))] / 1e6;
    }
}
