package lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Resident memory of subscribers that receive nothing. */
final class Idle {
    private Idle() {}

    static void run(Options options) throws Exception {
        System.out.println("| server | subscribers | resident before, MB | resident bytes per subscriber | bytes of live heap |\n|---|---|---|---|---|");
        List<String> rows = new ArrayList<>();
        List<Chart.Value> values = new ArrayList<>();
        try (Servers servers = Servers.start(options.texts("servers", "floor,hub,nchan"))) {
            for (Server server : servers.list()) {
                try (Subscribers _ = server.subscribe(100, 0)) {
                    Thread.sleep(2_000); // what the first subscribers load is not theirs
                }
                for (int subscribers : options.numbers("subscribers", "100,1000")) {
                    server.collectGarbage();
                    long before = Cpu.resident(server.process().toHandle());
                    long liveBefore = server.liveHeap();
                    try (Subscribers _ = server.subscribe(subscribers, 0)) {
                        server.collectGarbage();
                        long after = Cpu.resident(server.process().toHandle());
                        long live = server.liveHeap() - liveBefore;
                        System.out.printf(
                                Locale.ROOT,
                                "| %s | %,d | %.1f | %,d | %,d |%n",
                                server.name(), subscribers, before / 1e6, (after - before) / subscribers, live / subscribers);
                        rows.add(String.format(Locale.ROOT, "%s, %,d", server.name(), subscribers));
                        values.add(Chart.Value.of((double) (after - before) / subscribers));
                    }
                    server.awaitDisconnects();
                }
            }
        }
        Report.draw(options, "Memory of a subscriber that receives nothing", "bytes resident (server, number of subscribers)", rows,
                Map.of("bytes of a subscriber", values.toArray(Chart.Value[]::new)));
    }
}
