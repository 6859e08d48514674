package lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Formats results as Markdown and SVG. */
final class Report {
    private Report() {}

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Returns the median of one value of all rounds. */
    static <T> double median(List<T> rounds, ToDoubleFunction<T> value) {
        return median(rounds.stream().mapToDouble(value).toArray());
    }

    /** Returns the median and the range of the ratios of two servers, round by round: {@code 1.15 (1.03–1.18)}. */
    static <T> String ratio(List<T> of, List<T> to, ToDoubleFunction<T> value) {
        double[] ratios = new double[of.size()];
        Arrays.setAll(ratios, i -> value.applyAsDouble(of.get(i)) / value.applyAsDouble(to.get(i)));
        Arrays.sort(ratios);
        return String.format(
                Locale.ROOT, "%.2f (%.2f–%.2f)", median(ratios), ratios[0], ratios[ratios.length - 1]);
    }

    /** Writes a chart to the file that the option {@code svg} names, if there is one. */
    static void draw(Options options, String title, String label, List<?> rows, Map<String, Chart.Value[]> values)
            throws IOException {
        String file = options.text("svg", "");
        if (!file.isEmpty()) {
            Files.writeString(
                    Path.of(file), Chart.dots(title, label, rows.stream().map(Object::toString).toList(), values));
        }
    }

    /** Draws the cost of the other servers relative to the first one. */
    static <R, T> void drawRatios(
            Options options, String title, String rows, Map<R, Map<String, List<T>>> results, ToDoubleFunction<T> cpu)
            throws IOException {
        Map<String, Chart.Value[]> values = new LinkedHashMap<>();
        List<String> servers = List.copyOf(results.values().iterator().next().keySet());
        String first = servers.getFirst();
        servers.stream().skip(1).forEach(server -> values.put(
                server,
                results.values().stream()
                        .map(row -> Chart.Value.ratio(row.get(server), row.get(first), cpu))
                        .toArray(Chart.Value[]::new)));
        draw(options, title, "times that of " + first + " (" + rows + ")", List.copyOf(results.keySet()), values);
    }

    static String fanoutHead(List<String> servers) {
        StringBuilder head = new StringBuilder("| subscribers × bytes × at once | " + servers.getFirst() + ", µs |");
        StringBuilder line = new StringBuilder("|---|---|");
        servers.stream().skip(1).forEach(server -> {
            head.append(' ').append(server).append(" | deliveries/s |");
            line.append("---|---|");
        });
        return head + "\n" + line;
    }

    /** Returns one row: the first server in µs per delivery, the others as ratios to it with their range. */
    static String fanoutRow(Fanout.Row row, Map<String, List<Fanout.Result>> results) {
        StringBuilder line = new StringBuilder("| " + row + " |");
        List<Fanout.Result> first = results.values().iterator().next();
        line.append(String.format(Locale.ROOT, " %.2f |", median(first, Fanout.Result::cpu)));
        results.values().stream().skip(1).forEach(each -> line.append(String.format(
                Locale.ROOT,
                " %s | %,.0f |",
                ratio(each, first, Fanout.Result::cpu),
                median(each, Fanout.Result::rate))));
        return line.toString();
    }
}
