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
