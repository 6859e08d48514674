import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A hub in its own process, started with {@code ginkgo run} and a file of {@code examples/scale}. */
final class HubProcess implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final String JAVA_BIN =
            Path.of(System.getProperty("java.home"), "bin").toString();

    final String host;
    private final Path output;
    private final Process process;

    HubProcess(NatsRegions regions, String file, int number, List<String> settings) throws IOException {
        host = regions.net + number;
        output = regions.folder.resolve("hub-" + number + ".txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(JAVA_BIN, "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.ginkgo.run.cli.Main",
                "run",
                regions.folder.resolve(file).toString(),
                "--set",
                "cluster.identity=" + host + ":4440",
                "--set",
                "hub.http.bind=" + host + ":8088"));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    void awaitReady() {
        await().atMost(TIMEOUT).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("the hub " + host + " has ended: " + Files.readString(output));
            }
            try {
                return ((HttpURLConnection) uri("/-/health/ready").toURL().openConnection()).getResponseCode() == 200;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    private URI uri(String path) {
        return URI.create("http://" + host + ":8088" + path);
    }

    /** Publishes with a key, and returns the status. */
    int publish(HttpClient client, String channel, String text, String key) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(uri(channel))
                                .header("Idempotency-Key", key)
                                .POST(HttpRequest.BodyPublishers.ofString(text))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    Duration processorTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** Returns the resident memory in bytes. */
    long residentBytes() throws IOException {
        Matcher matcher = Pattern.compile("VmRSS:\\s+(\\d+) kB")
                .matcher(Files.readString(Path.of("/proc", Long.toString(process.pid()), "status")));
        return matcher.find() ? Long.parseLong(matcher.group(1)) << 10 : 0;
    }

    /** Returns the bytes of the objects that are alive after a collection. */
    long liveBytes() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(JAVA_BIN, "jcmd").toString(), Long.toString(process.pid()), "GC.class_histogram")
                .start();
        String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        Matcher total = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)").matcher(histogram);
        return total.find() ? Long.parseLong(total.group(1)) : 0;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
