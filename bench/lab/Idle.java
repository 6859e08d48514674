package lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Memory of subscribers that receive nothing: when they have connected, and when the server has been idle. */
final class Idle {
    /** Subscribers that connect and leave before the first row, so that the code that serves them is loaded and compiled. */
    private static final int WARM_UP = 2_000;

    private static final String HEAD = """
            Bytes per subscriber more than before they connected: resident memory when they have connected; when memory has been returned
            to the system, as before they connected; reachable objects of the heap

            | server | subscribers | resident before, MB | when connected | when idle | of live heap |
            |---|---|---|---|---|---|""";

    private Idle() {}

    private record Result(long before, long connected, long idle, long live) {}

    static void run(Options options) throws Exception {
        System.out.println(HEAD);
        List<String> rows = new ArrayList<>();
        List<Chart.Value> values = new ArrayList<>();
        for (String name : options.texts("servers", "floor,hub,nchan")) {
            for (int subscribers : options.numbers("subscribers", "100,1000")) {
                Result result = measure(name, subscribers);
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %,d | %.1f | %,d | %,d | %,d |%n",
                        name, subscribers, result.before / 1e6, result.connected / subscribers, result.idle / subscribers,
                        result.live / subscribers);
                rows.add(String.format(Locale.ROOT, "%s, %,d", name, subscribers));
                values.add(Chart.Value.of((double) result.idle / subscribers));
            }
        }
        Report.draw(options, "Memory of a subscriber that receives nothing", "bytes resident (server, number of subscribers)", rows,
                Map.of("bytes of a subscriber", values.toArray(Chart.Value[]::new)));
    }

    /** Measures a server of its own, because a server does not return everything that earlier subscribers needed. */
    private static Result measure(String name, int subscribers) throws Exception {
        try (Servers servers = Servers.start(List.of(name))) {
            Server server = servers.list().getFirst();
            try (Subscribers _ = server.subscribe(WARM_UP, 0)) {
                Thread.sleep(2_000);
            }
            server.awaitDisconnects();
            long liveBefore = server.liveHeap();
            server.returnMemory();
            long before = resident(server);
            try (Subscribers _ = server.subscribe(subscribers, 0)) {
                long connected = resident(server) - before;
                server.returnMemory();
                long idle = resident(server) - before;
                return new Result(before, connected, idle, server.liveHeap() - liveBefore);
            }
        }
    }

    private static long resident(Server server) {
        return Cpu.resident(server.process().toHandle());
    }
}
