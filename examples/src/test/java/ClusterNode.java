import dev.ginkgo.config.Address;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A node started with {@code ginkgo run} and a configuration of the examples, in its own process and at its own address. */
final class ClusterNode extends GatewayNode {
    final String host;

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
                Stream.of(meshSettings(host, join, folder).stream(), Stream.of(more))
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

    /** Returns the settings of a node with {@code cluster.toml}; the first one joins no other. */
    static List<String> meshSettings(String host, String join, Path folder) {
        String dataDir = "cluster.data-dir=" + folder.resolve(host);
        return join.isEmpty() ? List.of(dataDir) : List.of(dataDir, "cluster.join=" + join + ":4440");
    }

    /** Starts or restarts the process with the same command line. */
    void start() throws IOException {
        output = Files.createTempFile(folder, host, ".txt");
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    String name() {
        return host + ":4440";
    }

    @Override
    URI uri(String path) {
        return URI.create("http://" + host + ":8088" + path);
    }

    @Override
    void kill() {
        process.destroyForcibly().onExit().join();
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
        kill();
    }

    @Override
    public String toString() {
        return host + ", " + output;
    }
}
