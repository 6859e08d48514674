package lab;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** Pictures as SVG, with their own background, for light and dark surroundings. */
final class Chart {
    private static final int WIDTH = 760;
    private static final int LEFT = 70;
    private static final int RIGHT = 740;

    private final StringBuilder out = new StringBuilder();
    private final int height;

    /** A value with its range. */
    record Value(double median, double min, double max) {
        static Value of(double... values) {
            return new Value(
                    Report.median(values),
                    Arrays.stream(values).min().orElseThrow(),
                    Arrays.stream(values).max().orElseThrow());
        }

        /** Returns one value of all rounds. */
        static <T> Value of(List<T> rounds, ToDoubleFunction<T> value) {
            return of(rounds.stream().mapToDouble(value).toArray());
        }

        /** Returns the ratios of two servers, round by round. */
        static <T> Value ratio(List<T> of, List<T> to, ToDoubleFunction<T> value) {
            double[] ratios = new double[of.size()];
            Arrays.setAll(ratios, i -> value.applyAsDouble(of.get(i)) / value.applyAsDouble(to.get(i)));
            return of(ratios);
        }
    }

    private Chart(String title, int height) {
        this.height = height;
        out.append("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" font-family="sans-serif" font-size="12">
                <title>%3$s</title>
                <style>
                .b{fill:#fff} text{fill:#24292f} .g{stroke:#d0d7de} .a{stroke:#57606a}
                .l{fill:none;stroke-width:2}
                .c0{stroke:#57606a} .f0{fill:#57606a}
                .c1{stroke:#0969da} .f1{fill:#0969da}
                .c2{stroke:#bc4c00} .f2{fill:#bc4c00}
                .c3{stroke:#1a7f37} .f3{fill:#1a7f37}
                .c4{stroke:#8250df} .f4{fill:#8250df}
                .c5{stroke:#9a6700} .f5{fill:#9a6700}
                .c6{stroke:#bf3989} .f6{fill:#bf3989}
                .c7{stroke:#0550ae} .f7{fill:#0550ae}
                .c8{stroke:#6e7781} .f8{fill:#6e7781}
                @media (prefers-color-scheme:dark){.b{fill:#0d1117} text{fill:#e6edf3} .g{stroke:#30363d} .a{stroke:#8b949e}
                .c0{stroke:#8b949e} .f0{fill:#8b949e}
                .c1{stroke:#58a6ff} .f1{fill:#58a6ff}
                .c2{stroke:#f0883e} .f2{fill:#f0883e}
                .c3{stroke:#3fb950} .f3{fill:#3fb950}
                .c4{stroke:#bc8cff} .f4{fill:#bc8cff}
                .c5{stroke:#d29922} .f5{fill:#d29922}
                .c6{stroke:#f778ba} .f6{fill:#f778ba}
                .c7{stroke:#a5d6ff} .f7{fill:#a5d6ff}
                .c8{stroke:#c9d1d9} .f8{fill:#c9d1d9}}
                </style>
                <rect class="b" width="%1$d" height="%2$d"/>
                <text x="20" y="24" font-size="15" font-weight="bold">%3$s</text>
                """.formatted(WIDTH, height, title));
    }

    /** Returns a picture of values by a number on a logarithmic axis. */
    static String lines(String title, String xLabel, String yLabel, int[] xs, Map<String, Value[]> series) {
        Chart chart = new Chart(title, 400);
        chart.legend(series.keySet().stream().toList(), 0);
        double top = nice(series.values().stream().flatMap(Arrays::stream).mapToDouble(Value::max).filter(Double::isFinite).max().orElse(1));
        for (int i = 0; i <= 5; i++) {
            double y = 330 - i * 52;
            chart.add("<path class=\"g\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT, y, RIGHT, LEFT - 8, y + 4, number(top * i / 5));
        }
        chart.add("<text transform=\"translate(18 200) rotate(-90)\" text-anchor=\"middle\">%s</text>", yLabel);
        chart.add("<text x=\"%d\" y=\"385\" text-anchor=\"middle\">%s</text>", (LEFT + RIGHT) / 2, xLabel);
        double from = Math.log(xs[0]);
        double span = Math.max(1e-9, Math.log(xs[xs.length - 1]) - from);
        double[] at = Arrays.stream(xs).mapToDouble(x -> LEFT + 20 + (RIGHT - LEFT - 40) * (Math.log(x) - from) / span).toArray();
        for (int i = 0; i < xs.length; i++) {
            chart.add("<path class=\"a\" d=\"M%.1f 330v5\"/><text x=\"%.1f\" y=\"352\" text-anchor=\"middle\">%,d</text>", at[i], at[i], xs[i]);
        }
        int index = 0;
        for (Value[] values : series.values()) {
            StringBuilder points = new StringBuilder();
            for (int i = 0; i < xs.length; i++) {
                if (!Double.isFinite(values[i].max())) {
                    continue; // without a result
                }
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", at[i], 330 - 260 * values[i].median() / top));
                chart.add("<path class=\"l c%d\" d=\"M%.1f %.1fV%.1f\"/><circle class=\"f%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>",
                        index, at[i], 330 - 260 * values[i].min() / top, 330 - 260 * values[i].max() / top,
                        index, at[i], 330 - 260 * values[i].median() / top);
            }
            chart.add("<polyline class=\"l c%d\" points=\"%s\"/>", index++, points.toString().strip());
        }
        return chart.end();
    }

    /** Returns a picture of values with their ranges on a logarithmic axis, one line for each row. A value that is missing is null. */
    static String dots(String title, String xLabel, List<String> rows, Map<String, Value[]> series) {
        int perRow = Math.max(26, 10 * series.size() + 8);
        int bottom = 60 + perRow * rows.size();
        int left = 40 + 7 * rows.stream().mapToInt(String::length).max().orElse(0);
        Chart chart = new Chart(title, bottom + 55);
        chart.legend(series.keySet().stream().toList(), 1);
        double[] all = series.values().stream().flatMap(Arrays::stream).filter(each -> each != null)
                .flatMapToDouble(each -> DoubleStream.of(each.min(), each.max())).filter(each -> each > 0 && Double.isFinite(each)).toArray();
        double min = Arrays.stream(all).min().orElse(1) / 1.1;
        double max = Arrays.stream(all).max().orElse(10) * 1.1;
        double scale = (RIGHT - 20 - left) / Math.log(max / min);
        for (double decade = Math.pow(10, Math.floor(Math.log10(min))); decade <= max; decade *= 10) {
            for (double step : max / min > 300 ? new double[] {1} : max / min > 12 ? new double[] {1, 2, 5} : new double[] {1, 1.25, 1.5, 2, 3, 4, 5, 6, 8}) {
                double tick = decade * step;
                if (tick >= min && tick <= max) {
                    double x = left + scale * Math.log(tick / min);
                    chart.add("<path class=\"%s\" d=\"M%.1f 50V%d\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                            tick == 1 ? "a" : "g", x, bottom, x, bottom + 18, number(tick));
                }
            }
        }
        chart.add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", (left + RIGHT) / 2, bottom + 42, xLabel);
        for (int row = 0; row < rows.size(); row++) {
            double y = 60 + perRow * row;
            chart.add("<text x=\"20\" y=\"%.1f\">%s</text>", y + perRow / 2.0 + 2, rows.get(row));
            int index = 1; // the first colour is that of the server to which the others are compared
            for (Value[] values : series.values()) {
                Value value = values[row];
                double line = y + 6 + (perRow - 12.0) * (index - 0.5) / series.size();
                if (value != null && value.min() > 0 && Double.isFinite(value.max())) {
                    chart.add("<path class=\"l c%d\" d=\"M%.1f %.1fH%.1f\"/><circle class=\"f%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>",
                            index, left + scale * Math.log(value.min() / min), line, left + scale * Math.log(value.max() / min),
                            index, left + scale * Math.log(value.median() / min), line);
                }
                index++;
            }
        }
        return chart.end();
    }

    private void legend(List<String> names, int firstColour) {
        double x = LEFT;
        for (int i = 0; i < names.size(); i++) {
            add("<circle class=\"f%d\" cx=\"%.0f\" cy=\"40\" r=\"5\"/><text x=\"%.0f\" y=\"44\">%s</text>", firstColour + i, x, x + 10, names.get(i));
            x += 30 + 7 * names.get(i).length();
        }
    }

    private void add(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private String end() {
        return out.append("</svg>\n").toString();
    }

    /** Returns a round number that is at least as large. */
    private static double nice(double max) {
        double decade = Math.pow(10, Math.floor(Math.log10(max)));
        for (double step : new double[] {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8}) {
            if (decade * step >= max) {
                return decade * step;
            }
        }
        return decade * 10;
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.2f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }
}
