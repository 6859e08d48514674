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
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Measures the time from the start of a process to its first response, its processor time until then, and its resident
 * memory half a second later, and prints a table. Each server is started once per round, one after another, so that
 * other load on the machine affects all alike.
 *
 * <p>{@code java WarmStart.java ROUNDS JAVA GINKGO-HOME}; the script {@code run} builds the servers and calls this.
 */
final class WarmStart {
    private static final long TIMEOUT_NANOS = 60_000_000_000L;
    private static final String HTTP_REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    /** One start: milliseconds to the response, milliseconds of processor time until then, megabytes. */
    private record Start(double millis, double cpu, double resident) {}

    /**
     * A server under test.
     *
     * @param command command line, with {@code {port}} in place of the port
     * @param request the request to send; empty for a number server, which sends first
     */
    private record Server(String name, Path folder, List<String> command, String request, List<Start> starts) {
        static Server http(String name, Path folder, String... command) {
            return new Server(name, folder, List.of(command), HTTP_REQUEST, new ArrayList<>());
        }

        static Server numbers(String name, Path folder, String... command) {
            List<String> all = new ArrayList<>(List.of(command));
            all.addAll(List.of("--set", "bind=127.0.0.1:{port}"));
            return new Server(name, folder, all, "", new ArrayList<>());
        }
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        String java = arguments[1];
        Path home = Path.of(arguments[2]).toAbsolutePath();
        List<Server> servers = servers(java, home, Path.of("").toAbsolutePath());

        for (int round = 0; round <= rounds; round++) { // the first round fills the caches of the machine and is not counted
            for (Server server : servers) {
                Start start = measure(server);
                if (round > 0) {
                    server.starts.add(start);
                }
            }
        }
        System.out.println("| " + LocalDate.now() + ", load " + Files.readString(Path.of("/proc/loadavg")).split(" ")[0]
                + ", " + rounds + " rounds: min, median, max | ms to the first response | ms of processor time | resident MB |");
        System.out.println("|---|---|---|---|");
        servers.forEach(server -> System.out.printf(
                "| %s | %s | %s | %s |%n",
                server.name,
                spread(server, Start::millis),
                spread(server, Start::cpu),
                spread(server, Start::resident)));
    }

    private static List<Server> servers(String java, Path home, Path here) {
        String ginkgo = home.resolve("bin/ginkgo").toString();
        Path cold = home.resolveSibling("without-archive");
        Path peers = here.resolve("peers");
        Path quarkus = peers.resolve("quarkus/target/quarkus-app");
        Path spring = peers.resolve("spring-boot/target/app");
        Path jdk = peers.resolve("jdk/target");
        String[] run = {"run", "examples/numbers.toml"};

        List<Server> servers = new ArrayList<>();
        servers.add(Server.numbers("Ginkgo, number server from source", home, ginkgo, run[0], run[1]));
        servers.add(Server.numbers("… without archive", cold, cold.resolve("bin/ginkgo").toString(), run[0], run[1]));
        servers.add(Server.numbers(
                "Ginkgo, number server as a class",
                home,
                ginkgo,
                "run",
                "NumberServer",
                "--class-path",
                here.resolve("target/numbers.jar").toString()));
        servers.add(Server.http(
                "Ginkgo, HTTP hello from source",
                here,
                ginkgo,
                here.resolve("HelloHttp.java").toString(),
                "--set",
                "bind=127.0.0.1:{port}"));
        servers.add(Server.http("JDK HttpServer", jdk, java, "-Dport={port}", "-jar", "app.jar"));
        servers.add(Server.http(
                "JDK HttpServer, AOT cache", jdk, java, "-XX:AOTCache=app.aot", "-Dport={port}", "-jar", "app.jar"));
        String[][] simple = {
            {"JDK HttpServer", "jdk"},
            {"Helidon SE 4.2.0", "helidon"},
            {"Vert.x 5.0.7", "vertx"},
            {"Javalin 7.2.3", "javalin"},
            {"Micronaut 4.10", "micronaut"}
        };
        for (String[] peer : simple) {
            Path folder = peers.resolve(peer[1] + "/target");
            if (!peer[1].equals("jdk")) {
                servers.add(Server.http(peer[0], folder, java, "-Dport={port}", "-jar", "app.jar"));
            }
            servers.add(Server.http(
                    peer[0] + ", AppCDS",
                    folder,
                    java,
                    "-XX:SharedArchiveFile=app.jsa",
                    "-Dport={port}",
                    "-jar",
                    "app.jar"));
        }
        for (String archive : new String[] {"", "-XX:SharedArchiveFile=app-cds.jsa"}) {
            servers.add(Server.http(
                    "Quarkus 3.33.2 (JVM)" + (archive.isEmpty() ? "" : ", AppCDS"),
                    quarkus,
                    java,
                    archive.isEmpty() ? "-Xshare:auto" : archive,
                    "-Dquarkus.http.host=127.0.0.1",
                    "-Dquarkus.http.port={port}",
                    "-jar",
                    "quarkus-run.jar"));
        }
        for (String archive : new String[] {"", "-XX:SharedArchiveFile=application.jsa"}) {
            servers.add(Server.http(
                    "Spring Boot 4.0.7" + (archive.isEmpty() ? "" : ", CDS"),
                    spring,
                    java,
                    archive.isEmpty() ? "-Xshare:auto" : archive,
                    "-Dserver.port={port}",
                    "-Dserver.address=127.0.0.1",
                    "-jar",
                    "app.jar"));
        }
        return servers;
    }

    private static String spread(Server server, ToDoubleFunction<Start> value) {
        double[] sorted = server.starts.stream().mapToDouble(value).sorted().toArray();
        return String.format("%.0f, **%.0f**, %.0f", sorted[0], median(sorted), sorted[sorted.length - 1]);
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static Start measure(Server server) throws Exception {
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
            double millis = (System.nanoTime() - begin) / 1e6;
            double cpu = cpuMillis(process.pid());
            Thread.sleep(500);
            return new Start(millis, cpu, residentMegabytes(process.pid()));
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

    /** Returns the processor time of a process and of its children that have ended, in milliseconds. */
    private static double cpuMillis(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return IntStream.rangeClosed(11, 14).mapToLong(i -> Long.parseLong(fields[i])).sum() * 10.0;
    }

    private static double residentMegabytes(long pid) throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum()
                / 1024.0;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
