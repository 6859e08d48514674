package lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Processor time and rate of acknowledged publishes, of several servers in turns. Each publisher has one connection; it sends a
 * number of messages at once, and the next ones when the server has acknowledged them. There are no subscribers while this is
 * measured; before, one subscriber checks that every message arrives once and in the order of its publisher.
 */
final class Publish {
    /** Messages of the check, in total. */
    private static final int CHECKED = 2_000;

    /** What is measured: publishers, size of a message, messages that each of them sends at once. */
    record Row(int publishers, int bytes, int depth) {
        @Override
        public String toString() {
            return publishers + " × " + bytes + " B × " + depth;
        }
    }

    /**
     * Result of one round.
     *
     * @param cpu processor time of the server, of those that it needs and of the kernel's network threads, in µs per message
     * @param rate acknowledged messages per second
     */
    record Result(double cpu, double rate) {}

    private Publish() {}

    /** Prints a table of the hub beside other servers. */
    static void run(Options options) throws Exception {
        table(options, "floor,hub,hub-ws,nchan,nats,mosquitto", "1,16,64", "64,512,4096", "1,16");
    }

    /** Prints a table with these defaults: servers, publishers, sizes, messages at once. */
    static void table(Options options, String names, String publishers, String sizes, String depths) throws Exception {
        int rounds = options.number("rounds", 5);
        double seconds = options.decimal("seconds", 1);
        List<Row> rows = new ArrayList<>();
        for (int depth : options.numbers("depth", depths)) {
            for (int bytes : options.numbers("bytes", sizes)) {
                for (int count : options.numbers("publishers", publishers)) {
                    rows.add(new Row(count, bytes, depth));
                }
            }
        }
        try (Servers servers = Servers.start(options.texts("servers", names))) {
            for (Server server : servers.list()) {
                check(server, new Row(8, 64, 1));
                check(server, new Row(8, 512, 16));
                try (Load load = new Load(server, 16)) {
                    load.round(64, 1, options.decimal("warm-up", 20) / 2);
                    load.round(64, 16, options.decimal("warm-up", 20) / 2);
                }
            }
            System.out.printf(
                    "Processor time per acknowledged message, with the kernel's network threads; %s rounds of %s s in turns, medians; load %s%n%n",
                    rounds, seconds, Lab.load());
            System.out.println(head(servers.list()));
            Map<Row, Map<String, List<Result>>> results = new LinkedHashMap<>();
            for (Row row : rows) {
                results.put(row, measure(servers.list(), row, rounds, seconds));
                System.out.println(line(row, results.get(row)));
            }
            Report.drawRatios(
                    options,
                    "Processor time per acknowledged message",
                    "publishers × size × messages at once",
                    results,
                    Result::cpu);
        }
    }

    private static String head(List<Server> servers) {
        StringBuilder head = new StringBuilder("| publishers × bytes × at once |");
        StringBuilder line = new StringBuilder("|---|");
        for (Server server : servers) {
            head.append(' ').append(server.name()).append(server == servers.getFirst() ? ", µs |" : " |");
            line.append("---|");
        }
        for (Server server : servers) {
            head.append(' ').append(server.name()).append("/s |");
            line.append("---|");
        }
        return head + "\n" + line;
    }

    private static String line(Row row, Map<String, List<Result>> results) {
        StringBuilder line = new StringBuilder("| " + row + " |");
        List<Result> first = results.values().iterator().next();
        line.append(String.format(Locale.ROOT, " %.2f |", Report.median(first, Result::cpu)));
        results.values().stream().skip(1).forEach(each -> line.append(' ')
                .append(Report.ratio(each, first, Result::cpu))
                .append(" |"));
        results.values().forEach(each -> line.append(
                String.format(Locale.ROOT, " %,.0f |", Report.median(each, Result::rate))));
        return line.toString();
    }

    private static Map<String, List<Result>> measure(List<Server> servers, Row row, int rounds, double seconds)
            throws Exception {
        Map<String, List<Result>> results = new LinkedHashMap<>();
        List<Load> loads = new ArrayList<>();
        try {
            for (Server server : servers) {
                results.put(server.name(), new ArrayList<>());
                loads.add(new Load(server, row.publishers()));
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < loads.size(); i++) {
                    Load load = loads.get((i + round) % loads.size());
                    load.round(row.bytes(), row.depth(), seconds / 4); // warms up
                    results.get(load.server.name()).add(load.round(row.bytes(), row.depth(), seconds));
                }
            }
        } finally {
            for (Load load : loads) {
                load.close();
            }
        }
        return results;
    }

    /** Checks that a subscriber receives what is acknowledged; not for a store without subscribers. */
    private static void check(Server server, Row row) throws Exception {
        if (server.protocol().subscribe().length == 0) {
            return;
        }
        int batches = CHECKED / row.publishers() / row.depth();
        try (Subscribers subscribers = server.subscribe(1, 0);
                Load load = new Load(server, row.publishers())) {
            Future<?> published = load.executor.submit(() -> load.publish(row.bytes(), row.depth(), batches));
            subscribers.await((long) batches * row.depth() * row.publishers(), _ -> {});
            published.get();
        }
    }

    /** The publishers of one server, on virtual threads. */
    private static final class Load implements AutoCloseable {
        private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Publisher> publishers = new ArrayList<>();
        private final Server server;

        Load(Server server, int count) throws IOException {
            this.server = server;
            for (int i = 0; i < count; i++) {
                publishers.add(new Publisher(server, i));
            }
        }

        Result round(int bytes, int depth, double seconds) throws Exception {
            double cpu = server.cpu() + Cpu.ofKernelThreads();
            long began = System.nanoTime();
            long end = began + (long) (seconds * 1e9);
            List<Future<Long>> counts = new ArrayList<>();
            for (Publisher publisher : publishers) {
                counts.add(executor.submit(() -> {
                    long count = 0;
                    while (System.nanoTime() < end) {
                        publisher.publish(depth, bytes);
                        publisher.awaitResponses(depth);
                        count += depth;
                    }
                    return count;
                }));
            }
            long messages = 0;
            for (Future<Long> count : counts) {
                messages += count.get();
            }
            double elapsed = (System.nanoTime() - began) / 1e9;
            return new Result((server.cpu() + Cpu.ofKernelThreads() - cpu) / messages, messages / elapsed);
        }

        /** Publishes a number of batches by each publisher. */
        Void publish(int bytes, int depth, int batches) throws InterruptedException, ExecutionException {
            List<Future<?>> ends = new ArrayList<>();
            for (Publisher publisher : publishers) {
                ends.add(executor.submit(() -> {
                    for (int i = 0; i < batches; i++) {
                        publisher.publish(depth, bytes);
                        publisher.awaitResponses(depth);
                    }
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            for (Publisher publisher : publishers) {
                publisher.close();
            }
            executor.shutdown();
        }
    }
}
