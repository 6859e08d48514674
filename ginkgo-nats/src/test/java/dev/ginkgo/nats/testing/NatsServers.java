package dev.ginkgo.nats.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Real NATS servers with JetStream: one, or a cluster. Each has a free address, which it keeps when it is killed and
 * started again. Its files are in a folder of the test.
 */
public final class NatsServers implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Path folder;
    private final List<Address> clients = new ArrayList<>();
    private final List<Address> routes = new ArrayList<>();
    private final List<@Nullable Process> processes = new ArrayList<>();
    private final String more;

    private NatsServers(Path folder, String more) {
        this.folder = folder;
        this.more = more;
    }

    /** Starts servers. */
    public static NatsServers start(Path folder, int count) throws IOException {
        return start(folder, count, "");
    }

    /**
     * Starts servers, which form a cluster if there are several.
     *
     * @param more added to the configuration of each
     */
    public static NatsServers start(Path folder, int count, String more) throws IOException {
        NatsServers servers = new NatsServers(folder, more);
        for (int i = 0; i < count; i++) {
            servers.clients.add(FreePorts.free());
            servers.routes.add(FreePorts.free());
            servers.processes.add(null);
        }
        for (int i = 0; i < count; i++) {
            servers.spawn(i);
        }
        for (int i = 0; i < count; i++) {
            servers.awaitListening(i);
        }
        return servers;
    }

    /** Starts one server at an address that was free. */
    public static NatsServers startAt(Path folder, Address address, String more) throws IOException {
        NatsServers servers = new NatsServers(folder, more);
        servers.clients.add(address);
        servers.routes.add(address);
        servers.processes.add(null);
        servers.spawn(0);
        servers.awaitListening(0);
        return servers;
    }

    /** Returns the addresses for clients. */
    public List<Address> addresses() {
        return List.copyOf(clients);
    }

    /** Returns the setting {@code servers} with all addresses. */
    public String setting() {
        return clients.stream().map(each -> "\"" + each + "\"").collect(Collectors.joining(", ", "servers = [", "]"));
    }

    /** Returns a view with the address of one server, for a client that shall use no other. */
    public NatsServers only(int server) {
        NatsServers view = new NatsServers(folder, more);
        view.clients.add(clients.get(server));
        return view;
    }

    /** Kills a server, as a loss of its process. */
    public void kill(int server) {
        Process process = process(server);
        process.destroyForcibly();
        await().atMost(TIMEOUT).until(() -> !process.isAlive());
    }

    /** Starts a server again that was killed, with its files. */
    public void restart(int server) throws IOException {
        spawn(server);
        awaitListening(server);
    }

    /** Freezes a server. */
    public void pause(int server) throws IOException, InterruptedException {
        signal("STOP", server);
    }

    /** Continues a frozen server. */
    public void resume(int server) throws IOException, InterruptedException {
        signal("CONT", server);
    }

    /** Copies the files of a server that was killed. */
    public void saveFiles(int server) throws IOException {
        copy(home(server), folder.resolve("saved-" + server));
    }

    /** Replaces the files of a server that was killed by those that were saved: what it has stored since then is lost. */
    public void restoreFiles(int server) throws IOException {
        delete(home(server));
        copy(folder.resolve("saved-" + server), home(server));
    }

    private Path home(int server) {
        return folder.resolve("nats-" + server);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void signal(String name, int server) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process(server).pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    private Process process(int server) {
        Process process = processes.get(server);
        if (process == null) {
            throw new IllegalStateException("server " + server + " was not started");
        }
        return process;
    }

    private void spawn(int i) throws IOException {
        Path home = Files.createDirectories(home(i));
        StringBuilder text = new StringBuilder("""
                server_name: "n%d"
                listen: "%s"
                jetstream { store_dir: "%s", max_memory_store: 1TB, max_file_store: 1TB }
                """.formatted(i, clients.get(i), home));
        if (clients.size() > 1) {
            text.append("cluster { name: test, listen: \"")
                    .append(routes.get(i))
                    .append("\", routes: [")
                    .append(IntStream.range(0, routes.size())
                            .filter(each -> each != i)
                            .mapToObj(each -> "\"nats://" + routes.get(each) + "\"")
                            .collect(Collectors.joining(", ")))
                    .append("] }\n");
        }
        Path file = Files.writeString(home.resolve("server.conf"), text.append(more));
        processes.set(
                i,
                new ProcessBuilder(command(), "-c", file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log(i).toFile()))
                        .start());
    }

    private static String command() {
        Path inSbin = Path.of("/usr/sbin/nats-server"); // not on the search path of every user
        return Files.isExecutable(inSbin) ? inSbin.toString() : "nats-server";
    }

    private Path log(int server) {
        return home(server).resolve("log.txt");
    }

    private void awaitListening(int server) {
        await().atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> accepts(clients.get(server)) || !process(server).isAlive());
        if (!process(server).isAlive()) {
            throw new AssertionError("nats-server did not start: " + read(log(server)));
        }
    }

    /** Returns whether a server sends its INFO. */
    private static boolean accepts(Address address) {
        try (Socket socket = new Socket(address.host(), address.port());
                InputStream in = socket.getInputStream()) {
            return new String(in.readNBytes(4), UTF_8).equals("INFO");
        } catch (IOException _) {
            return false;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        for (Process process : processes) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }
}
