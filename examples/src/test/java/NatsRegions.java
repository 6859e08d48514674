import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * The files of {@code examples/scale} in a folder of the test, and NATS servers that are started with them. The names of machines are
 * replaced by addresses of one random network of 127.0.0.0/8, so that the ports stay as they are.
 */
final class NatsRegions implements AutoCloseable {
    static final String PASSWORD = "correct-horse-battery";

    private static final Path SOURCES = Path.of("scale");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final List<String> MACHINES = List.of("a1", "a2", "a3", "b1", "b2", "leaf-1");

    final Path folder;
    final String net = "127." + ThreadLocalRandom.current().nextInt(1, 255) + "."
            + ThreadLocalRandom.current().nextInt(255) + ".";
    private final Map<String, Process> processes = new LinkedHashMap<>();

    NatsRegions(Path folder) throws IOException {
        this.folder = folder;
        Files.writeString(folder.resolve("nats-password"), PASSWORD);
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                Files.writeString(folder.resolve(file.getFileName().toString()), onThisMachine(Files.readString(file)));
            }
        }
    }

    private String onThisMachine(String text) {
        String replaced = text.replace("\"127.0.0.1:4222\"", "\"" + address("leaf-1") + ":4222\"")
                .replace("host: 127.0.0.1", "host: " + address("leaf-1"))
                .replace(
                        "/etc/ginkgo/nats-password",
                        folder.resolve("nats-password").toString());
        for (String machine : MACHINES) {
            replaced = replaced.replace(machine + ".nats.example", address(machine));
        }
        return replaced;
    }

    /** Returns the address that stands for a machine. */
    String address(String machine) {
        return net + (100 + MACHINES.indexOf(machine));
    }

    /** Starts the server of a machine with the file of its region. */
    void start(String machine) throws IOException {
        String file = machine.startsWith("leaf") ? "leaf.conf" : "region-" + machine.charAt(0) + ".conf";
        Path inSbin = Path.of("/usr/sbin/nats-server"); // not on the search path of every user
        ProcessBuilder builder = new ProcessBuilder(
                        Files.isExecutable(inSbin) ? inSbin.toString() : "nats-server",
                        "-c",
                        folder.resolve(file).toString())
                .redirectErrorStream(true)
                .redirectOutput(log(machine).toFile());
        builder.environment()
                .putAll(new TreeMap<>(Map.of(
                        "NAME",
                        machine,
                        "HOST",
                        address(machine),
                        "STORE",
                        folder.resolve(machine).toString(),
                        "HUB_PASSWORD",
                        PASSWORD,
                        "PARENT",
                        "nats-leaf://hub:" + PASSWORD + "@" + address("a1") + ":7422")));
        processes.put(machine, builder.start());
    }

    /** Waits until the servers that were started accept clients. */
    void awaitListening() {
        processes.forEach((machine, process) -> {
            await().atMost(TIMEOUT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> accepts(address(machine)) || !process.isAlive());
            if (!process.isAlive()) {
                throw new AssertionError("nats-server " + machine + " did not start: " + output(machine));
            }
        });
    }

    private static boolean accepts(String host) {
        try (Socket socket = new Socket(host, 4222);
                InputStream in = socket.getInputStream()) {
            return new String(in.readNBytes(4), StandardCharsets.UTF_8).equals("INFO");
        } catch (IOException e) {
            return false;
        }
    }

    private Path log(String machine) {
        return folder.resolve(machine + ".log");
    }

    String output(String machine) {
        try {
            return Files.readString(log(machine));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Returns the configuration of a hub without its class, which the test starts. */
    String hub(String file) throws IOException {
        return Files.readString(folder.resolve(file)).replaceFirst("(?m)^service = .*$", "");
    }

    void kill(String machine) {
        processes.remove(machine).destroyForcibly().onExit().join();
    }

    /** Returns the processor time that the servers have used that are running. */
    Duration processorTime() {
        return processes.values().stream()
                .map(process -> process.info().totalCpuDuration().orElseThrow())
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public void close() {
        processes.values().forEach(process -> process.destroyForcibly().onExit().join());
    }
}
