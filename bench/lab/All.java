package lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Runs all measurements in short rounds, each in a process of its own, and writes tables and pictures to a folder. The tables can also be
 * written into a page instead, each in place of what is between the comments {@code <!-- NAME -->} and {@code <!-- end -->}. What fails
 * is reported at the end, and does not stop the others.
 */
final class All {
    private static final int TIMEOUT_MINUTES = 6;

    private All() {}

    /** A measurement, and the arguments of its command. */
    private record Part(String name, List<String> arguments) {
        static Part of(String name, String arguments) {
            return new Part(name, List.of(arguments.split(" ")));
        }
    }

    private static List<Part> parts(Path folder) {
        return List.of(
                Part.of("fanout", "fanout servers=floor,hub,nchan,nats subscribers=100,1000,5000 rounds=7 seconds=0.5 warm-up=25 svg="
                        + folder.resolve("fanout.svg")),
                Part.of("sizes", "fanout servers=floor,hub,nchan,nats subscribers=1000 bytes=512,4096 rounds=5 seconds=0.5 warm-up=20 svg="
                        + folder.resolve("sizes.svg")),
                Part.of("formats", "fanout servers=floor,hub,hub-ids,hub-sse,hub-ndjson,hub-gzip,hub-tls,hub-h2c subscribers=1000"
                        + " rounds=5 seconds=0.4 warm-up=6 svg=" + folder.resolve("formats.svg")),
                Part.of("latency", "latency servers=floor,hub,nats,nchan subscribers=1000 rounds=5 seconds=1.5 warm-up=20 svg="
                        + folder.resolve("latency.svg")),
                Part.of("stuck", "stuck servers=hub rounds=3 seconds=1 warm-up=10"),
                Part.of("curve", "curve rounds=3 seconds=0.4 warm-up=12 out=" + folder),
                Part.of("idle", "idle servers=hub,nchan,nats subscribers=1000,10000,17900 svg=" + folder.resolve("idle.svg")),
                Part.of("publish", "publish servers=floor,hub,nchan,nats publishers=16 bytes=64 rounds=3 seconds=0.5 warm-up=8 svg="
                        + folder.resolve("publish.svg")),
                Part.of("nodes", "nodes rounds=3 seconds=0.6 warm-up=20"));
    }

    /** Writes everything to the folder that the options name, and tables into the page if they name one. */
    static void run(Options options) throws Exception {
        Path folder = Files.createDirectories(Path.of(options.text("out", "lab-results")));
        boolean hasPage = !options.text("page", "").isEmpty();
        Path page = Path.of(options.text("page", ""));
        Path tables = hasPage ? Files.createTempDirectory("lab-tables") : folder;
        List<String> names = options.texts("parts", "");
        List<String> failed = new ArrayList<>();
        long began = System.nanoTime();
        for (Part part : parts(folder)) {
            if (!names.contains("") && !names.contains(part.name())) {
                continue;
            }
            System.out.printf("%s: %s%n", part.name(), String.join(" ", part.arguments()));
            long start = System.nanoTime();
            if (!run(part, tables, options)) {
                failed.add(part.name());
            } else if (hasPage) {
                insert(part.name(), Files.readString(tables.resolve(part.name() + ".md")), page);
            }
            System.out.printf(Locale.ROOT, "  %.0f s%n", (System.nanoTime() - start) / 1e9);
        }
        System.out.printf("%n%s contains the results, after %s%n",
                folder, Duration.ofNanos(System.nanoTime() - began).truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
        if (hasPage) {
            insert("measured", measured(options), page);
        }
        if (!failed.isEmpty()) {
            System.out.println("failed: " + String.join(", ", failed) + "; see the files .log in " + tables);
            System.exit(1);
        }
    }

    private static boolean run(Part part, Path folder, Options options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dginkgo=" + System.getProperty("ginkgo", "./ginkgo"),
                "bench/lab/Lab.java"));
        command.addAll(part.arguments());
        for (String shorter : List.of("rounds", "seconds", "warm-up")) {
            if (!options.text(shorter, "").isEmpty()) {
                command.add(shorter + "=" + options.text(shorter, "")); // the last one counts
            }
        }
        File log = folder.resolve(part.name() + ".log").toFile();
        Path table = folder.resolve(part.name() + ".md");
        Process process =
                new ProcessBuilder(command).redirectOutput(table.toFile()).redirectError(log).start();
        boolean ended = process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        boolean succeeded = ended && process.exitValue() == 0;
        if (succeeded) {
            Files.delete(log.toPath());
        }
        return succeeded;
    }

    private static String measured(Options options) throws IOException {
        boolean shortened = !options.text("parts", "").isEmpty() || !options.text("rounds", "").isEmpty();
        return (shortened ? "**Preliminary**: parts of this page were measured in single short rounds, beside other work. " : "")
                + String.format(
                        Locale.ROOT,
                        "Measured on %s with %d processors, Linux %s, Java %s; each table names the load average.",
                        java.time.LocalDate.now(),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.version"),
                        Runtime.version());
    }

    private static void insert(String name, String table, Path page) throws IOException {
        String text = Files.readString(page);
        String begin = "<!-- " + name + " -->\n";
        int from = text.indexOf(begin);
        if (from >= 0) {
            int to = text.indexOf("<!-- end -->", from);
            Files.writeString(page, text.substring(0, from) + begin + "\n" + table.strip() + "\n\n" + text.substring(to));
        }
    }
}
