import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Command line of the benchmarks of the core: {@code ./run WORK [key=value…]}. Prints Markdown. */
final class Core {
    private Core() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>(
                Map.of("rounds", "7", "services", "10000", "tasks", "100000", "connections", "10000", "lines", "300000"));
        for (String argument : arguments.length == 0 ? arguments : Arrays.copyOfRange(arguments, 1, arguments.length)) {
            String[] pair = argument.split("=", 2);
            if (pair.length != 2 || options.put(pair[0], pair[1]) == null) {
                throw new IllegalArgumentException(argument + " is not one of " + options.keySet() + " with a value");
            }
        }
        int rounds = Integer.parseInt(options.get("rounds"));
        System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).split(" ")[0] + ", Java "
                + Runtime.version() + ", " + rounds + " rounds: minimum, **median**, maximum\n");
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case "services" -> Services.measure(Integer.parseInt(options.get("services")), rounds);
            case "spawn" -> Spawn.measure(Integer.parseInt(options.get("tasks")), rounds);
            case "lines" ->
                Lines.measure(
                        Integer.parseInt(options.get("connections")), Integer.parseInt(options.get("lines")), rounds);
            default -> throw new IllegalArgumentException("the first argument is one of services, spawn, lines");
        }
        System.exit(0);
    }

    /** Formats minimum, median and maximum. */
    static String spread(double... values) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        return String.format(
                Locale.ROOT, "%s, **%s**, %s", number(sorted[0]), number(median(values)), number(sorted[sorted.length - 1]));
    }

    static double median(double... values) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Returns the ratio of each pair of rounds. */
    static double[] ratios(double[] values, double[] to) {
        double[] ratios = new double[values.length];
        Arrays.setAll(ratios, i -> values[i] / to[i]);
        return ratios;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
