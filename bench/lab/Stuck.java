package lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Time from publishing to subscribers that read, beside subscribers that do not: these have connected, and their sockets are full. The
 * shares of stuck subscribers are measured in turns, each beside none.
 */
final class Stuck {
    private Stuck() {}

    static void run(Options options) throws Exception {
        int rounds = options.number("rounds", 5);
        double seconds = options.decimal("seconds", 2);
        int rate = options.number("rate", 50_000);
        int reading = options.number("subscribers", 200);
        int[] shares = options.numbers("stuck", "0,1,10,50");
        try (Servers servers = Servers.start(options.texts("servers", "hub,nchan"))) {
            Fanout.warmUp(servers.list(), options.decimal("warm-up", 20));
            System.out.printf(
                    "%,d deliveries per second to %d subscribers that read; %s rounds of %s s in turns, medians; load %s%n%n",
                    rate, reading, rounds, seconds, Lab.load());
            System.out.println("| server | stuck, % | stuck subscribers, full sockets at the end | µs per delivery | ÷ first | p50, ms | p99 | p99 ÷ first |\n"
                    + "|---|---|---|---|---|---|---|---|");
            for (Server server : servers.list()) {
                Map<Integer, List<Latency.Result>> results = new LinkedHashMap<>();
                Map<Integer, String> full = new LinkedHashMap<>();
                for (int round = 0; round < rounds; round++) {
                    for (int share : shares) {
                        int stuck = (int) Math.ceil(reading * share / (100.0 - share));
                        Fanout.Row row = new Fanout.Row(reading, stuck, options.number("bytes", 64), 1);
                        Latency.Result result = Latency.measure(server, row, rate, seconds);
                        results.computeIfAbsent(share, _ -> new ArrayList<>()).add(result);
                        full.put(share, stuck + ", " + result.full());
                    }
                }
                List<Latency.Result> first = results.values().iterator().next();
                results.forEach((share, each) -> System.out.printf(
                        Locale.ROOT,
                        "| %s | %d | %s | %.2f | %s | %.2f | %.2f | %s |%n",
                        server.name(),
                        share,
                        full.get(share),
                        Report.median(each, Latency.Result::cpu),
                        Report.ratio(each, first, Latency.Result::cpu),
                        Report.median(each, Latency.Result::p50),
                        Report.median(each, Latency.Result::p99),
                        Report.ratio(each, first, Latency.Result::p99)));
            }
        }
    }
}
