package lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints the curves as Markdown, and writes their pictures. */
final class CurveReport {
    private final List<String> servers;
    private final Path folder;

    /** Creates a report; without a folder, there are no pictures. */
    CurveReport(List<String> servers, Path folder) {
        this.servers = servers;
        this.folder = folder;
    }

    /** Prints a line as a table: each server in µs and relative to its first point, and beside the first server. */
    void print(Curve.Line line, String unit, String title) throws java.io.IOException {
        StringBuilder head = new StringBuilder("| " + unit + " |");
        StringBuilder rule = new StringBuilder("|---|");
        for (String server : servers) {
            head.append(' ').append(server).append(", µs | to the first |");
            rule.append("---|---|");
        }
        servers.stream().skip(1).forEach(server -> {
            head.append(' ').append(server).append(" / ").append(servers.getFirst()).append(" | to the first |");
            rule.append("---|---|");
        });
        System.out.printf("%n%s%n%n%s%n%s%n", title, head, rule);
        for (int point = 0; point < line.xs().length; point++) {
            StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "| %,d |", line.xs()[point]));
            for (String server : servers) {
                row.append(String.format(Locale.ROOT, " %.3g | %.2f |",
                        line.median(server, point), line.median(server, point) / line.median(server, 0)));
            }
            for (String server : servers.subList(1, servers.size())) {
                Chart.Value ratio = ratio(line, server, point);
                row.append(String.format(Locale.ROOT, " %.2f × (%.2f–%.2f) | %.2f |",
                        ratio.median(), ratio.min(), ratio.max(), ratio.median() / ratio(line, server, 0).median()));
            }
            System.out.println(row);
        }
        if (folder != null) {
            Map<String, Chart.Value[]> series = new LinkedHashMap<>();
            servers.forEach(server -> series.put(
                    server, Arrays.stream(line.values().get(server)).map(Chart.Value::of).toArray(Chart.Value[]::new)));
            Files.writeString(folder.resolve("curve-" + line.name() + ".svg"),
                    Chart.lines(title, unit, "processor time, µs", line.xs(), series));
        }
    }

    private Chart.Value ratio(Curve.Line line, String server, int point) {
        double[] own = line.values().get(server)[point];
        double[] first = line.values().get(servers.getFirst())[point];
        double[] ratios = new double[own.length];
        Arrays.setAll(ratios, i -> own[i] / first[i]);
        return Chart.Value.of(ratios);
    }
}
