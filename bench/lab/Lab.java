package lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The laboratory: measures the hub beside other servers, in turns within one run, and prints ratios. See README.md.
 *
 * <p>{@code java bench/lab/Lab.java (fanout|latency|idle) [NAME=VALUE…]}, in the folder of the project, after {@code ./ginkgo}
 * has been built once.
 */
final class Lab {
    private final Map<String, String> options;
    private final List<Server> servers = new ArrayList<>();

    private Lab(Map<String, String> options) {
        this.options = options;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new LinkedHashMap<>(Map.of(
                "servers", "floor,hub,nchan",
                "subscribers", "100,1000",
                "stuck", "0",
                "bytes", "64",
                "depth", "1,16",
                "rounds", "7",
                "seconds", "2",
                "warm-up", "20",
                "rate", "50000",
                "svg", ""));
        for (String argument : Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length)) {
            String[] option = argument.split("=", 2);
            if (option.length < 2 || !options.containsKey(option[0])) {
                throw new IllegalArgumentException(argument + " is not one of " + options.keySet() + ", each with =VALUE");
            }
            options.put(option[0], option[1]);
        }
        Lab lab = new Lab(options);
        try {
            switch (arguments.length == 0 ? "" : arguments[0]) {
                case "fanout" -> lab.fanout();
                case "latency" -> lab.latency();
                case "idle" -> lab.idle();
                default -> throw new IllegalArgumentException("the first argument is one of fanout, latency, idle");
            }
        } finally {
            lab.servers.forEach(Server::close);
        }
    }

    private int[] numbers(String option) {
        return Arrays.stream(options.get(option).split(",")).mapToInt(Integer::parseInt).toArray();
    }

    private int number(String option) {
        return Integer.parseInt(options.get(option));
    }

    private List<Fanout.Row> rows() {
        List<Fanout.Row> rows = new ArrayList<>();
        for (int depth : numbers("depth")) {
            for (int bytes : numbers("bytes")) {
                for (int subscribers : numbers("subscribers")) {
                    for (int stuck : numbers("stuck")) {
                        rows.add(new Fanout.Row(subscribers, stuck, bytes, depth));
                    }
                }
            }
        }
        return rows;
    }

    private void start() throws IOException, InterruptedException {
        Map<String, Servers.Starter> all = Servers.all();
        for (String name : options.get("servers").split(",")) {
            Servers.Starter starter = all.get(name);
            if (starter == null) {
                throw new IllegalArgumentException(name + " is not one of " + all.keySet());
            }
            servers.add(starter.start(Files.createTempDirectory("lab-" + name)));
        }
    }

    private void warmUp() throws Exception {
        double seconds = number("warm-up") / 4.0;
        for (Server server : servers) {
            for (int depth : new int[] {1, 16, 1, 16}) {
                new Fanout(List.of(server), 0, seconds).measure(new Fanout.Row(100, 0, 64, depth));
            }
        }
    }

    private void fanout() throws Exception {
        start();
        warmUp();
        List<String> names = servers.stream().map(Server::name).toList();
        System.out.printf(
                "Processor time per delivery, with the kernel's network threads; %s rounds of %s s in turns, medians; load %s%n%n",
                options.get("rounds"), options.get("seconds"), load());
        System.out.println(Report.fanoutHead(names));
        List<Fanout.Row> rows = rows();
        Map<String, double[]> lines = new LinkedHashMap<>();
        names.forEach(name -> lines.put(name, new double[rows.size()]));
        Fanout fanout = new Fanout(servers, number("rounds"), Double.parseDouble(options.get("seconds")));
        for (int i = 0; i < rows.size(); i++) {
            Map<String, List<Fanout.Result>> results = fanout.measure(rows.get(i));
            System.out.println(Report.fanoutRow(rows.get(i), results));
            for (String name : names) {
                lines.get(name)[i] = Report.median(
                        results.get(name).stream().mapToDouble(Fanout.Result::cpu).toArray());
            }
        }
        if (!options.get("svg").isEmpty()) {
            Files.writeString(
                    Path.of(options.get("svg")),
                    Report.svg(
                            "µs of processor time per delivery",
                            rows.stream().map(Fanout.Row::toString).toList(),
                            lines));
        }
    }

    private void latency() throws Exception {
        start();
        warmUp();
        System.out.printf(
                "%,d deliveries per second, medians of %s rounds of %s s in turns; load %s%n%n",
                number("rate"), options.get("rounds"), options.get("seconds"), load());
        System.out.println("| server | subscribers | p50, ms | p99 | p99.9 | µs per delivery |\n|---|---|---|---|---|---|");
        for (Fanout.Row row : rows().stream().filter(each -> each.depth() == 1).toList()) {
            Map<Server, List<Latency.Result>> results = new LinkedHashMap<>();
            for (int round = 0; round < number("rounds"); round++) {
                for (Server server : servers) {
                    results.computeIfAbsent(server, _ -> new ArrayList<>())
                            .add(Latency.measure(
                                    server, row, number("rate"), Double.parseDouble(options.get("seconds"))));
                }
            }
            results.forEach((server, each) -> System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.2f | %.2f | %.2f | %.2f |%n",
                    server.name(),
                    row,
                    Report.median(each.stream().mapToDouble(Latency.Result::p50).toArray()),
                    Report.median(each.stream().mapToDouble(Latency.Result::p99).toArray()),
                    Report.median(each.stream().mapToDouble(Latency.Result::p999).toArray()),
                    Report.median(each.stream().mapToDouble(Latency.Result::cpu).toArray())));
        }
    }

    private void idle() throws Exception {
        System.out.println("| server | subscribers | resident before, MB | resident bytes per subscriber | bytes of live heap |\n|---|---|---|---|---|");
        start();
        for (Server server : servers) {
            try (Subscribers _ = server.subscribe(100, 0)) {
                Thread.sleep(2_000); // what the first subscribers load is not theirs
            }
            for (int subscribers : numbers("subscribers")) {
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
                }
            }
        }
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }
}
