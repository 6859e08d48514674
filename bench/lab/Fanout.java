package lab;

import java.util.ArrayList;
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

    private final List<Server> servers;
    private final int rounds;
    private final double seconds;

    Fanout(List<Server> servers, int rounds, double seconds) {
        this.servers = servers;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** Prints a table, and draws it if the options say where. */
    static void run(Options options) throws Exception {
        int rounds = options.number("rounds", 7);
        double seconds = options.decimal("seconds", 2);
        try (Servers servers = Servers.start(options.texts("servers", "floor,hub,nchan"))) {
            warmUp(servers.list(), options.decimal("warm-up", 20));
            List<String> names = servers.list().stream().map(Server::name).toList();
            System.out.printf(
                    "Processor time per delivery, with the kernel's network threads; %s rounds of %s s in turns, medians; load %s%n%n",
                    rounds, seconds, Lab.load());
            System.out.println(Report.fanoutHead(names));
            List<Row> rows = options.rows("100,1000", "1,16");
            Map<String, double[]> lines = new LinkedHashMap<>();
            names.forEach(name -> lines.put(name, new double[rows.size()]));
            Fanout fanout = new Fanout(servers.list(), rounds, seconds);
            for (int i = 0; i < rows.size(); i++) {
                Map<String, List<Result>> results = fanout.measure(rows.get(i));
                System.out.println(Report.fanoutRow(rows.get(i), results));
                for (String name : names) {
                    lines.get(name)[i] = Report.median(results.get(name), Result::cpu);
                }
            }
            Report.draw(options, "µs of processor time per delivery", rows, lines);
        }
    }

    /** Makes virtual machines compile what a fan-out uses. */
    static void warmUp(List<Server> servers, double seconds) throws Exception {
        for (Server server : servers) {
            for (int depth : new int[] {1, 16, 1, 16}) {
                new Fanout(List.of(server), 0, seconds / 4).measure(new Row(100, 0, 64, depth));
            }
        }
    }

    /** Measures one row for all servers; the results are in the order of rounds. */
    Map<String, List<Result>> measure(Row row) throws Exception {
        Map<String, List<Result>> results = new LinkedHashMap<>();
        servers.forEach(server -> results.put(server.name(), new ArrayList<>()));
        List<Load> loads = new ArrayList<>();
        try {
            for (Server server : servers) {
                loads.add(new Load(server, row));
            }
            for (int round = -1; round < rounds; round++) {
                for (int i = 0; i < loads.size(); i++) {
                    Load load = loads.get(Math.floorMod(i + round, loads.size()));
                    Result result = load.round(seconds);
                    if (round >= 0) { // the first one warms up
                        results.get(load.server.name()).add(result);
                    }
                }
            }
        } finally {
            for (Load load : loads) {
                load.close();
            }
        }
        return results;
    }

    /** The clients of one server. */
    private static final class Load implements AutoCloseable {
        private final Server server;
        private final Row row;
        private final Subscribers subscribers;
        private final Publisher publisher;

        Load(Server server, Row row) throws Exception {
            this.server = server;
            this.row = row;
            subscribers = server.subscribe(row.subscribers(), row.stuck());
            publisher = new Publisher(server);
        }

        Result round(double seconds) throws Exception {
            long began = System.nanoTime();
            double cpu = Cpu.ofProcess(server.process().toHandle());
            double kernel = Cpu.ofKernelThreads();
            long deliveries = 0;
            while (System.nanoTime() - began < seconds * 1e9) {
                publisher.publish(row.depth(), row.bytes());
                subscribers.await((long) row.depth() * row.subscribers(), _ -> {});
                publisher.awaitResponses(row.depth());
                deliveries += (long) row.depth() * row.subscribers();
            }
            double elapsed = (System.nanoTime() - began) / 1e9;
            double process = (Cpu.ofProcess(server.process().toHandle()) - cpu) / deliveries;
            return new Result(
                    process + (Cpu.ofKernelThreads() - kernel) / deliveries, process, deliveries / elapsed);
        }

        @Override
        public void close() throws Exception {
            subscribers.close();
            publisher.close();
        }
    }
}
