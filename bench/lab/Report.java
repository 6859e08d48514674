package lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Formats results as Markdown and SVG. */
final class Report {
    private static final List<String> COLOURS =
            List.of("#2a6fbb", "#c2552d", "#3a8f4d", "#8a56ac", "#b38600", "#5b6770", "#c43a6b");

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

    /** Writes a chart of lines to the file that the option {@code svg} names, if there is one. */
    static void draw(Options options, String title, List<?> rows, Map<String, double[]> lines) throws IOException {
        String file = options.text("svg", "");
        if (!file.isEmpty()) {
            Files.writeString(Path.of(file), svg(title, rows.stream().map(Object::toString).toList(), lines));
        }
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

    /** Returns a chart of lines: processor time per delivery by row, one line for each server. */
    static String svg(String title, List<String> rows, Map<String, double[]> lines) {
        int width = 720;
        int height = 360;
        double max = lines.values().stream().flatMapToDouble(Arrays::stream).max().orElse(1) * 1.1;
        StringBuilder out = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " "
                + height + "\" font-family=\"sans-serif\" font-size=\"12\">\n<title>" + title + "</title>\n");
        out.append("<text x=\"60\" y=\"20\" font-size=\"14\">").append(title).append("</text>\n");
        for (int i = 0; i <= 4; i++) {
            double y = 300 - i * 65;
            out.append(String.format(Locale.ROOT,
                    "<path d=\"M60 %.0fH540\" stroke=\"#ccc\"/><text x=\"52\" y=\"%.0f\" text-anchor=\"end\">%.2f</text>%n",
                    y, y + 4, max * i / 4));
        }
        for (int i = 0; i < rows.size(); i++) {
            out.append(String.format(Locale.ROOT, "<text x=\"%.0f\" y=\"320\" text-anchor=\"middle\">%s</text>%n",
                    x(i, rows.size()), rows.get(i)));
        }
        int index = 0;
        for (Map.Entry<String, double[]> line : lines.entrySet()) {
            String colour = COLOURS.get(index % COLOURS.size());
            StringBuilder points = new StringBuilder();
            for (int i = 0; i < line.getValue().length; i++) {
                points.append(String.format(
                        Locale.ROOT, "%.0f,%.1f ", x(i, rows.size()), 300 - 260 * line.getValue()[i] / max));
            }
            out.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").append(colour).append("\" points=\"")
                    .append(points.toString().strip()).append("\"/>\n");
            out.append(String.format(Locale.ROOT, "<text x=\"560\" y=\"%d\" fill=\"%s\">%s</text>%n",
                    50 + 18 * index++, colour, line.getKey()));
        }
        return out.append("</svg>\n").toString();
    }

    private static double x(int index, int count) {
        return count == 1 ? 300 : 80 + 440.0 * index / (count - 1);
    }
}
