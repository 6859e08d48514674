package lab;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Processor time per delivery of one message to one subscriber, of several servers in turns: a publisher sends a number of
 * messages at once, and repeats this when all subscribers have received them.
 */
final class Fanout {
    /** What is measured: subscribers that read, subscribers that never read, size of a message, messages at once. */
    record Row(int subscribers, int stuck, int bytes, int depth) {
        @Override
        public String toString() {
            return subscribers + (stuck > 0 ? " + " + stuck + " stuck" : "") + " × " + bytes + " B × " + depth;
        }
    }

    /**
     * Result of one round.
     *
     * @param cpu processor time of the server and of the kernel's network threads, in µs per delivery
     * @param process processor time of the server alone
     * @param rate deliveries per second
     */
    record Result(double cpu, double process, double rate) {}

    /** Maximum number of connections to all servers together; the usual limit of open files is 20,000. */
    private static final int MAX_CONNECTIONS = 16_000;

    private final List<Server> servers;
    private final int rounds;
    private final double seconds;

    Fanout(List<Server> servers, int rounds, double seconds) {
        this.servers = servers;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /**
     * Prints a table, and draws the ratios if the options say where. The preset {@code full} has all sizes and numbers of
     * subscribers, in all formats, in short rounds.
     */
    static void run(Options options) throws Exception {
        boolean full = options.text("preset", "").equals("full");
        int rounds = options.number("rounds", full ? 3 : 7);
        double seconds = options.decimal("seconds", full ? 0.4 : 2);
        String servers = full ? "floor,hub,hub-sse,hub-ndjson,hub-ids,hub-gzip,hub-tls,hub-h2c" : "floor,hub,nchan";
        try (Servers started = Servers.start(options.texts("servers", servers))) {
            List<Server> list = started.list();
            warmUp(list, options.decimal("warm-up", full ? 8 : 20));
            List<String> names = list.stream().map(Server::name).toList();
            System.out.printf(
                    "Processor time per delivery, with the kernel's network threads; %s rounds of %s s in turns, medians; load %s%n%n",
                    rounds, seconds, Lab.load());
            System.out.println(Report.fanoutHead(names));
            Fanout fanout = new Fanout(list, rounds, seconds);
            Map<Row, Map<String, List<Result>>> results = new LinkedHashMap<>();
            for (List<Row> rows : sameSubscribers(
                    options.rows(full ? "100,1000,5000,15000" : "100,1000", full ? "64,512,4096" : "64", "1,16"))) {
                Map<Row, Map<String, List<Result>>> some = fanout.measure(rows);
                some.forEach((row, each) -> System.out.println(Report.fanoutRow(row, each)));
                results.putAll(some);
            }
            Report.drawRatios(
                    options, "Processor time per delivery", "subscribers × size × messages at once", results, Result::cpu);
        }
    }

    private static Collection<List<Row>> sameSubscribers(List<Row> rows) {
        Map<List<Integer>, List<Row>> groups = new LinkedHashMap<>();
        for (Row row : rows) {
            groups.computeIfAbsent(List.of(row.subscribers(), row.stuck()), _ -> new ArrayList<>()).add(row);
        }
        return groups.values();
    }

    /**
     * Makes virtual machines compile what a fan-out uses. Other load on the machine makes this longer: it ends when compilers use less
     * than a twentieth of the time of their server, or after three times as long.
     */
    static void warmUp(List<Server> servers, double seconds) throws Exception {
        for (Server server : servers) {
            ProcessHandle process = server.process().toHandle();
            long began = System.nanoTime();
            boolean compiles = true;
            try (Load load = new Load(server, 100, 0)) {
                for (double elapsed = 0; elapsed < seconds || (compiles && elapsed < 3 * seconds); ) {
                    double compilers = Cpu.ofCompilers(process);
                    double all = Cpu.ofProcess(process);
                    load.round(64, 1, seconds / 8);
                    load.round(64, 16, seconds / 8);
                    compiles = Cpu.ofCompilers(process) - compilers > (Cpu.ofProcess(process) - all) / 20;
                    elapsed = (System.nanoTime() - began) / 1e9;
                }
            }
        }
    }

    /** Measures one row for all servers; the results are in the order of rounds. */
    Map<String, List<Result>> measure(Row row) throws Exception {
        return measure(List.of(row)).get(row);
    }

    /** Measures rows that have the same subscribers for all servers. */
    Map<Row, Map<String, List<Result>>> measure(List<Row> rows) throws Exception {
        Map<Row, Map<String, List<Result>>> results = new LinkedHashMap<>();
        for (Row row : rows) {
            results.put(row, new LinkedHashMap<>());
            servers.forEach(server -> results.get(row).put(server.name(), new ArrayList<>()));
        }
        Row first = rows.getFirst();
        if ((long) servers.size() * (first.subscribers() + first.stuck()) <= MAX_CONNECTIONS) {
            measureTogether(rows, results);
        } else {
            measureOneByOne(rows, results);
        }
        return results;
    }

    private void measureTogether(List<Row> rows, Map<Row, Map<String, List<Result>>> results) throws Exception {
        List<Load> loads = new ArrayList<>();
        try {
            for (Server server : servers) {
                loads.add(new Load(server, rows.getFirst().subscribers(), rows.getFirst().stuck()));
            }
            for (Row row : rows) {
                for (int round = -1; round < rounds; round++) {
                    for (int i = 0; i < loads.size(); i++) {
                        Load load = loads.get(Math.floorMod(i + round, loads.size()));
                        Result result = load.round(row.bytes(), row.depth(), seconds);
                        if (round >= 0) { // the first one warms up
                            results.get(row).get(load.server().name()).add(result);
                        }
                    }
                }
            }
        } finally {
            for (Load load : loads) {
                load.close();
            }
        }
    }

    /** Connects the subscribers of one server after another, because a process may not open that many files. */
    private void measureOneByOne(List<Row> rows, Map<Row, Map<String, List<Result>>> results) throws Exception {
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < servers.size(); i++) {
                Server server = servers.get((i + round) % servers.size());
                try (Load load = new Load(server, rows.getFirst().subscribers(), rows.getFirst().stuck())) {
                    for (Row row : rows) {
                        load.round(row.bytes(), row.depth(), seconds / 4); // warms up
                        results.get(row).get(server.name()).add(load.round(row.bytes(), row.depth(), seconds));
                    }
                }
            }
        }
    }
}
