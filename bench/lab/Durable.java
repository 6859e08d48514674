package lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Durable appends: what it costs to have messages stored by JetStream, through a hub and without one, beside puts of etcd; and
 * appends to the Raft log of the cluster, which are forced to disk one by one.
 */
final class Durable {
    private Durable() {}

    static void run(Options options) throws Exception {
        Publish.table(
                options, "hub-jetstream,hub-jetstream-sync,jetstream,jetstream-sync,etcd", "1,16,64", "256", "1");
        int rounds = options.number("rounds", 5);
        System.out.println("\nAppends to the Raft log of the cluster by one thread, medians of " + rounds + " runs\n");
        System.out.println("| bytes | µs per append | appends/s | p50, ms | p99 |\n|---|---|---|---|---|");
        for (int bytes : options.numbers("bytes", "256")) {
            double[][] values = new double[4][rounds];
            for (int round = 0; round < rounds; round++) {
                String[] result = appends(bytes, options.decimal("seconds", 1)).split(" ");
                for (int i = 0; i < values.length; i++) {
                    values[i][round] = Double.parseDouble(result[i]);
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %d | %.1f | %,.0f | %.2f | %.2f |%n",
                    bytes,
                    Report.median(values[0]),
                    Report.median(values[1]),
                    Report.median(values[2]),
                    Report.median(values[3]));
        }
    }

    /** Runs a program with the classes of the build under test, and returns what it prints. */
    private static String appends(int bytes, double seconds) throws IOException, InterruptedException {
        Path build = Path.of(Servers.ginkgo()).resolveSibling("dist/target/launcher/ginkgo");
        Path folder = Files.createTempDirectory("lab-raft");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp", build + "/lib/*:" + build + "/engines/mesh/*",
                        "bench/lab/peers/raft/RaftAppends.java",
                        folder.resolve("log").toString(),
                        Integer.toString(bytes),
                        Double.toString(seconds)))
                .redirectError(folder.resolve("error.log").toFile())
                .start();
        String result = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        if (process.waitFor() != 0) {
            throw new IOException("RaftAppends failed: " + Files.readString(folder.resolve("error.log")));
        }
        return result;
    }
}
