import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures the time from the start of a process to its first response, and prints a table. Each server is started once
 * per round, one after another, so that other load on the machine affects all alike.
 *
 * <p>{@code java WarmStart.java ROUNDS JAVA GINKGO-HOME}; the script {@code run} builds the servers and calls this.
 */
final class WarmStart {
    private static final long TIMEOUT_NANOS = 60_000_000_000L;

    /**
     * A server under test.
     *
     * @param command command line, with {@code {port}} in place of the port
     * @param request the request to send; empty for a number server, which sends first
     */
    private record Server(String name, Path folder, List<String> command, String request, List<Double> millis) {
        static Server http(String name, Path folder, String... command) {
            return new Server(
                    name,
                    folder,
                    List.of(command),
                    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                    new ArrayList<>());
        }
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        String java = arguments[1];
        Path home = Path.of(arguments[2]).toAbsolutePath();
        Path here = Path.of("").toAbsolutePath();
        Path peers = here.resolve("peers");
        String ginkgo = home.resolve("bin/ginkgo").toString();
        String[] loopback = {"-Dquarkus.http.host=127.0.0.1", "-Dquarkus.http.port={port}"};

        List<Server> servers = List.of(
                new Server(
                        "Ginkgo, number server from source",
                        home,
                        List.of(ginkgo, "run", "examples/numbers.toml", "--set", "bind=127.0.0.1:{port}"),
                        "",
                        new ArrayList<>()),
                new Server(
                        "… without class-data archive",
                        home.resolveSibling("without-archive"),
                        List.of(
                                home.resolveSibling("without-archive/bin/ginkgo").toString(),
                                "run",
                                "examples/numbers.toml",
                                "--set",
                                "bind=127.0.0.1:{port}"),
                        "",
                        new ArrayList<>()),
                new Server(
                        "Ginkgo, number server as a class",
                        home,
                        List.of(
                                ginkgo,
                                "run",
                                "NumberServer",
                                "--class-path",
                                here.resolve("target/numbers.jar").toString(),
                                "--set",
                                "bind=127.0.0.1:{port}"),
                        "",
                        new ArrayList<>()),
                Server.http(
                        "Ginkgo, HTTP hello from source",
                        here,
                        ginkgo,
                        here.resolve("HelloHttp.java").toString(),
                        "--set",
                        "bind=127.0.0.1:{port}"),
                Server.http("JDK HttpServer", peers.resolve("jdk/target"), java, "-Dport={port}", "-jar", "app.jar"),
                Server.http(
                        "JDK HttpServer, AppCDS",
                        peers.resolve("jdk/target"),
                        java,
                        "-XX:SharedArchiveFile=app.jsa",
                        "-Dport={port}",
                        "-jar",
                        "app.jar"),
                Server.http(
                        "Helidon SE 4.2.0", peers.resolve("helidon/target"), java, "-Dport={port}", "-jar", "app.jar"),
                Server.http(
                        "Helidon SE 4.2.0, AppCDS",
                        peers.resolve("helidon/target"),
                        java,
                        "-XX:SharedArchiveFile=app.jsa",
                        "-Dport={port}",
                        "-jar",
                        "app.jar"),
                Server.http(
                        "Quarkus 3.33.2 (JVM)",
                        peers.resolve("quarkus/target/quarkus-app"),
                        java,
                        loopback[0],
                        loopback[1],
                        "-jar",
                        "quarkus-run.jar"),
                Server.http(
                        "Quarkus 3.33.2 (JVM), AppCDS",
                        peers.resolve("quarkus/target/quarkus-app"),
                        java,
                        "-XX:SharedArchiveFile=app-cds.jsa",
                        loopback[0],
                        loopback[1],
                        "-jar",
                        "quarkus-run.jar"),
                Server.http(
                        "Spring Boot 4.0.7",
                        peers.resolve("spring-boot/target/app"),
                        java,
                        "-Dserver.port={port}",
                        "-Dserver.address=127.0.0.1",
                        "-jar",
                        "app.jar"),
                Server.http(
                        "Spring Boot 4.0.7, CDS",
                        peers.resolve("spring-boot/target/app"),
                        java,
                        "-XX:SharedArchiveFile=application.jsa",
                        "-Dserver.port={port}",
                        "-Dserver.address=127.0.0.1",
                        "-jar",
                        "app.jar"));

        for (int round = 0; round <= rounds; round++) { // the first round fills the caches of the machine and is not counted
            for (Server server : servers) {
                double millis = measure(server);
                if (round > 0) {
                    server.millis.add(millis);
                }
            }
        }
        System.out.println("| " + LocalDate.now() + ", ms to the first response, " + rounds + " rounds | min | median | max |");
        System.out.println("|---|---|---|---|");
        servers.forEach(WarmStart::print);
    }

    private static void print(Server server) {
        double[] sorted = server.millis.stream().mapToDouble(each -> each).sorted().toArray();
        System.out.printf(
                "| %s | %.0f | %.0f | %.0f |%n",
                server.name, sorted[0], median(sorted), sorted[sorted.length - 1]);
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double measure(Server server) throws Exception {
        int port = freePort();
        List<String> command = server.command.stream()
                .map(word -> word.replace("{port}", Integer.toString(port)))
                .toList();
        Path output = Files.createTempFile("warm-start", ".txt");
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .directory(server.folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            while (!responds(port, server.request)) {
                if (!process.isAlive() || System.nanoTime() - begin > TIMEOUT_NANOS) {
                    throw new IllegalStateException(
                            server.name + " did not respond; output of " + command + ": " + Files.readString(output));
                }
                Thread.sleep(1);
            }
            return (System.nanoTime() - begin) / 1e6;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            Files.delete(output);
        }
    }

    private static boolean responds(int port, String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            byte[] response = socket.getInputStream().readNBytes(request.isEmpty() ? 1 : 12);
            return request.isEmpty()
                    ? response.length == 1
                    : Arrays.equals(response, "HTTP/1.1 200".getBytes(UTF_8));
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
