package lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * From node to node: messages that are published at one server and received by a subscriber of another one. First as fast as
 * possible, in batches, of which the next one follows when all messages have been received; then at a fixed rate.
 */
final class Nodes {
    /**
     * Two nodes.
     *
     * @param between the servers through which they exchange messages, if any
     */
    record Pair(String name, Server publishing, Server receiving, List<Server> between) {
        void close() {
            publishing.close();
            receiving.close();
            between.forEach(Server::close);
        }
    }

    /** Result of one round; the times in µs per message: of the two nodes, of the servers between, of the kernel's threads. */
    private record Result(double[] cpu, double rate) {
        double all() {
            return DoubleStream.of(cpu).sum();
        }
    }

    private Nodes() {}

    static void run(Options options) throws Exception {
        List<Pair> pairs = new ArrayList<>();
        try {
            for (String name : options.texts("servers", "mesh,hub-nats,hub-jetstream,nats")) {
                pairs.add(NodePairs.start(name, Files.createTempDirectory("lab-" + name)));
            }
            double warmUp = options.decimal("warm-up", 20);
            for (Pair pair : pairs) {
                round(pair, 64, 1, warmUp / 2);
                round(pair, 64, 64, warmUp / 2);
            }
            throughput(options, pairs);
            atFixedRate(options, pairs);
        } finally {
            pairs.forEach(Pair::close);
        }
    }

    private static void throughput(Options options, List<Pair> pairs) throws Exception {
        int rounds = options.number("rounds", 5);
        double seconds = options.decimal("seconds", 1);
        System.out.printf(
                "Processor time per message from node to node; %s rounds of %s s in turns, medians; load %s%n%n",
                rounds, seconds, Lab.load());
        System.out.println(
                "| nodes | bytes × at once | µs per message | ÷ " + pairs.getFirst().name()
                        + " | publishing node | receiving node | servers between | kernel | messages/s |\n|---|---|---|---|---|---|---|---|---|");
        for (int depth : options.numbers("depth", "1,16,256")) {
            for (int bytes : options.numbers("bytes", "64")) {
                Map<String, List<Result>> results = new LinkedHashMap<>();
                for (int i = 0; i < rounds; i++) {
                    for (Pair pair : pairs) {
                        results.computeIfAbsent(pair.name(), _ -> new ArrayList<>())
                                .add(round(pair, bytes, depth, seconds));
                    }
                }
                List<Result> first = results.values().iterator().next();
                results.forEach((name, each) -> System.out.printf(
                        Locale.ROOT,
                        "| %s | %d B × %d | %.1f | %s | %.1f | %.1f | %.1f | %.1f | %,.0f |%n",
                        name,
                        bytes,
                        depth,
                        Report.median(each, Result::all),
                        Report.ratio(each, first, Result::all),
                        Report.median(each, result -> result.cpu()[0]),
                        Report.median(each, result -> result.cpu()[1]),
                        Report.median(each, result -> result.cpu()[2]),
                        Report.median(each, result -> result.cpu()[3]),
                        Report.median(each, Result::rate)));
            }
        }
    }

    private static Result round(Pair pair, int bytes, int depth, double seconds) throws Exception {
        try (Subscribers subscriber = pair.receiving().subscribe(1, 0);
                Publisher publisher = new Publisher(pair.publishing())) {
            double[] before = cpu(pair);
            long began = System.nanoTime();
            long messages = 0;
            while (System.nanoTime() - began < seconds * 1e9) {
                publisher.publish(depth, bytes);
                publisher.awaitResponses(depth);
                subscriber.await(depth, _ -> {});
                messages += depth;
            }
            double elapsed = (System.nanoTime() - began) / 1e9;
            double[] used = cpu(pair);
            for (int i = 0; i < used.length; i++) {
                used[i] = (used[i] - before[i]) / messages;
            }
            return new Result(used, messages / elapsed);
        }
    }

    private static double[] cpu(Pair pair) {
        return new double[] {
            pair.publishing().cpu(),
            pair.receiving().cpu(),
            pair.between().stream().mapToDouble(Server::cpu).sum(),
            Cpu.ofKernelThreads()
        };
    }

    private static void atFixedRate(Options options, List<Pair> pairs) throws Exception {
        int rounds = options.number("rounds", 5);
        double seconds = options.decimal("seconds", 1);
        int rate = options.number("rate", 1_000);
        System.out.printf(
                "%n%,d messages per second of 64 bytes from node to node, with acknowledgements of the first; load %s%n%n",
                rate, Lab.load());
        System.out.println("| nodes | µs per message | p50, ms | p99 | p99.9 | p99 ÷ " + pairs.getFirst().name()
                + " |\n|---|---|---|---|---|---|");
        Map<String, List<Latency.Result>> results = new LinkedHashMap<>();
        for (int i = 0; i < rounds; i++) {
            for (Pair pair : pairs) {
                results.computeIfAbsent(pair.name(), _ -> new ArrayList<>())
                        .add(Latency.measure(
                                pair.publishing(), pair.receiving(), pair.between(), new Fanout.Row(1, 0, 64, 1), rate, seconds));
            }
        }
        List<Latency.Result> first = results.values().iterator().next();
        results.forEach((name, each) -> System.out.printf(
                Locale.ROOT,
                "| %s | %.1f | %.2f | %.2f | %.2f | %s |%n",
                name,
                Report.median(each, Latency.Result::cpu),
                Report.median(each, Latency.Result::p50),
                Report.median(each, Latency.Result::p99),
                Report.median(each, Latency.Result::p999),
                Report.ratio(each, first, Latency.Result::p99)));
    }
}
