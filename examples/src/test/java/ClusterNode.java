import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A node started with {@code ginkgo run} and a configuration of the examples, in its own process and at its own address,
 * with its subscribers.
 */
final class ClusterNode implements AutoCloseable {
    private static final Pattern LEADER_REPORT =
            Pattern.compile("\"node\":\"([^\"]+)\",\"leads\":true,\"epoch\":\"(\\d+)@");

    /** A line that a subscriber received, with the time. */
    record Line(long nanos, String text) {}

    final String host;
    final List<Line> numbers = new CopyOnWriteArrayList<>();
    final List<Line> reports = new CopyOnWriteArrayList<>();
    final List<Line> own = new CopyOnWriteArrayList<>();

    private final Path folder;
    private final List<String> command;
    private Path output;
    private Process process;

    /** Starts a node with {@code cluster.toml}. */
    ClusterNode(String host, String join, Address server, Path folder, String... more) throws IOException {
        this(
                "cluster.toml",
                host,
                server,
                folder,
                Stream.of(
                                Stream.of("cluster.data-dir=" + folder.resolve(host)),
                                Stream.of(join)
                                        .filter(seed -> !seed.isEmpty())
                                        .map(seed -> "cluster.join=" + seed + ":4440"),
                                Stream.of(more))
                        .flatMap(settings -> settings)
                        .toList());
    }

    ClusterNode(String configuration, String host, Address server, Path folder, List<String> more) throws IOException {
        this.host = host;
        this.folder = folder;
        command = new ArrayList<>(List.of(
                "env",
                "--default-signal=HUP,INT,TERM",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.ginkgo.run.cli.Main",
                "run",
                configuration));
        List<String> settings = new ArrayList<>(List.of(
                "cluster.identity=" + host + ":4440", "hub.http.bind=" + host + ":8088", "numbers.server=" + server));
        settings.addAll(more);
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        start();
    }

    /** Starts or restarts the process with the same command line. */
    void start() throws IOException {
        output = Files.createTempFile(folder, host, ".txt");
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    String name() {
        return host + ":4440";
    }

    URI uri(String path) {
        return URI.create("http://" + host + ":8088" + path);
    }

    void awaitReady() {
        await().alias("ready: " + output).atMost(Duration.ofSeconds(60)).until(() -> {
            try {
                return ((HttpURLConnection) uri("/-/health/ready").toURL().openConnection()).getResponseCode() == 200;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    /** Subscribes until the process ends. */
    void subscribe() {
        subscribe("/numbers", numbers);
        subscribe("/cluster", reports);
        subscribe("/own", own);
    }

    private void subscribe(String channel, List<Line> lines) {
        Thread.ofVirtual().start(() -> {
            try (var in = new BufferedReader(
                    new InputStreamReader(uri(channel).toURL().openStream(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    lines.add(new Line(System.nanoTime(), line));
                }
            } catch (IOException e) {
                // the process has ended
            }
        });
    }

    String text(String path) throws IOException {
        try (InputStream in = uri(path).toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    int publish(String channel, String text) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri(channel).toURL().openConnection();
        connection.setDoOutput(true);
        connection.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        connection.getInputStream().readAllBytes(); // so that the connection is reused
        return connection.getResponseCode();
    }

    /**
     * Returns the leader and the number of its epoch, according to the last report received from this node; an empty
     * name if there is none yet.
     */
    Leader leader() {
        for (Line report : reports.reversed()) {
            Matcher matcher = LEADER_REPORT.matcher(report.text);
            if (matcher.find()) {
                return new Leader(matcher.group(1), Long.parseLong(matcher.group(2)), report.nanos);
            }
        }
        return new Leader("", 0, 0);
    }

    record Leader(String name, long epoch, long nanos) {}

    void kill() {
        process.destroyForcibly();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    void awaitEnd() throws InterruptedException {
        process.waitFor();
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
