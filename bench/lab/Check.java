package lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares the cost of a delivery, relative to the C program in the same run, with the ratios recorded in {@code ratios.txt}. Rows
 * that exceed their bound are measured again after the others, because other load on the machine can disturb a single measurement.
 */
final class Check {
    private static final Path RECORDED = Path.of("bench", "lab", "ratios.txt");

    private Check() {}

    /** A recorded ratio. */
    private record Recorded(Fanout.Row row, double ratio) {
        /** Parses subscribers, bytes, messages at once, and the ratio. */
        static Recorded parse(String line) {
            String[] fields = line.strip().split("\\s+");
            return new Recorded(
                    new Fanout.Row(
                            Integer.parseInt(fields[0]), 0, Integer.parseInt(fields[1]), Integer.parseInt(fields[2])),
                    Double.parseDouble(fields[3]));
        }
    }

    /** Prints the comparison, and exits with code 1 if a row exceeds its bound in each attempt. */
    static void run(Options options) throws Exception {
        double tolerance = options.decimal("tolerance", 1.25);
        int attempts = options.number("attempts", 3);
        List<String> exceeded = new ArrayList<>();
        try (Servers servers = Servers.start(List.of("floor", "hub"))) {
            Fanout.warmUp(servers.list(), options.decimal("warm-up", 20));
            Fanout fanout = new Fanout(servers.list(), options.number("rounds", 5), options.decimal("seconds", 1));
            List<Recorded> left = recorded();
            System.out.println("| subscribers × bytes × at once | recorded | bound | measured |\n|---|---|---|---|");
            for (int attempt = 0; attempt < attempts && !left.isEmpty(); attempt++) {
                exceeded.clear();
                List<Recorded> again = new ArrayList<>();
                for (Recorded recorded : left) {
                    double bound = recorded.ratio() * tolerance;
                    Map<String, List<Fanout.Result>> results = fanout.measure(recorded.row());
                    Chart.Value ratio =
                            Chart.Value.ratio(results.get("hub"), results.get("floor"), Fanout.Result::cpu);
                    String line = String.format(
                            Locale.ROOT, "| %s | %.2f × | %.2f × | %.2f × (%.2f–%.2f) |",
                            recorded.row(), recorded.ratio(), bound, ratio.median(), ratio.min(), ratio.max());
                    System.out.println(line);
                    if (!(ratio.median() <= bound)) {
                        again.add(recorded);
                        exceeded.add(line);
                    }
                }
                left = again;
            }
        }
        if (!exceeded.isEmpty()) {
            System.out.println("\nThe hub costs more per delivery than recorded in " + RECORDED
                    + ", relative to the C loop. If the change is meant, record the new ratios:\n"
                    + String.join("\n", exceeded));
            System.exit(1);
        }
    }

    private static List<Recorded> recorded() throws IOException {
        return Files.readAllLines(RECORDED).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(Recorded::parse)
                .toList();
    }
}
