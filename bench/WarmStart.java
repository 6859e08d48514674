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
 * How long from the start of a process to its first answer. Each contender is started once a round, one after another,
 * so that what else the machine does falls on all alike. Prints a table.
 *
 * <p>{@code java WarmStart.java ROUNDS JAVA GINKGO-HOME}, by the script {@code run}, which builds what is started here.
 */
final class WarmStart {
    private static final long PATIENCE = 60_000_000_000L;

    /**
     * Somebody who starts.
     *
     * @param command with {@code {port}} for the port
     * @param request what is sent before an answer is awaited; nothing to a number server, which speaks first
     */
    private record Contender(String name, Path folder, List<String> command, String request, List<Double> millis) {
        static Contender http(String name, Path folder, String... command) {
            return new Contender(
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

        List<Contender> contenders = List.of(
                new Contender(
                        "Ginkgo, number server from its source",
                        home,
                        List.of(ginkgo, "run", "examples/numbers.toml", "--set", "bind=127.0.0.1:{port}"),
                        "",
                        new ArrayList<>()),
                new Contender(
                        "… without its archive of classes",
                        home.resolveSibling("without-archive"),
                        List.of(
                                home.resolveSibling("without-archive/bin/ginkgo").toString(),
                                "run",
                                "examples/numbers.toml",
                                "--set",
                                "bind=127.0.0.1:{port}"),
                        "",
                        new ArrayList<>()),
                new Contender(
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
                Contender.http(
                        "Ginkgo, HTTP hello from its source",
                        here,
                        ginkgo,
                        here.resolve("HelloHttp.java").toString(),
                        "--set",
                        "bind=127.0.0.1:{port}"),
                Contender.http("JDK HttpServer", peers.resolve("jdk/target"), java, "-Dport={port}", "-jar", "app.jar"),
                Contender.http(
                        "JDK HttpServer, AppCDS",
                        peers.resolve("jdk/target"),
                        java,
                        "-XX:SharedArchiveFile=app.jsa",
                        "-Dport={port}",
                        "-jar",
                        "app.jar"),
                Contender.http(
                        "Helidon SE 4.2.0", peers.resolve("helidon/target"), java, "-Dport={port}", "-jar", "app.jar"),
                Contender.http(
                        "Helidon SE 4.2.0, AppCDS",
                        peers.resolve("helidon/target"),
                        java,
                        "-XX:SharedArchiveFile=app.jsa",
                        "-Dport={port}",
                        "-jar",
                        "app.jar"),
                Contender.http(
                        "Quarkus 3.33.2 (JVM)",
                        peers.resolve("quarkus/target/quarkus-app"),
                        java,
                        loopback[0],
                        loopback[1],
                        "-jar",
                        "quarkus-run.jar"),
                Contender.http(
                        "Quarkus 3.33.2 (JVM), its AppCDS",
                        peers.resolve("quarkus/target/quarkus-app"),
                        java,
                        "-XX:SharedArchiveFile=app-cds.jsa",
                        loopback[0],
                        loopback[1],
                        "-jar",
                        "quarkus-run.jar"),
                Contender.http(
                        "Spring Boot 4.0.7",
                        peers.resolve("spring-boot/target/app"),
                        java,
                        "-Dserver.port={port}",
                        "-Dserver.address=127.0.0.1",
                        "-jar",
                        "app.jar"),
                Contender.http(
                        "Spring Boot 4.0.7, its CDS",
                        peers.resolve("spring-boot/target/app"),
                        java,
                        "-XX:SharedArchiveFile=application.jsa",
                        "-Dserver.port={port}",
                        "-Dserver.address=127.0.0.1",
                        "-jar",
                        "app.jar"));

        for (int round = 0; round <= rounds; round++) { // the first one warms the machine's caches and does not count
            for (Contender contender : contenders) {
                double millis = start(contender);
                if (round > 0) {
                    contender.millis.add(millis);
                }
            }
        }
        System.out.println("| " + LocalDate.now() + ", ms to the first answer, " + rounds + " rounds | min | median | max |");
        System.out.println("|---|---|---|---|");
        contenders.forEach(WarmStart::print);
    }

    private static void print(Contender contender) {
        double[] sorted = contender.millis.stream().mapToDouble(each -> each).sorted().toArray();
        System.out.printf(
                "| %s | %.0f | %.0f | %.0f |%n",
                contender.name, sorted[0], median(sorted), sorted[sorted.length - 1]);
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double start(Contender contender) throws Exception {
        int port = freePort();
        List<String> command = contender.command.stream()
                .map(word -> word.replace("{port}", Integer.toString(port)))
                .toList();
        Path output = Files.createTempFile("warm-start", ".txt");
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .directory(contender.folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            while (!answers(port, contender.request)) {
                if (!process.isAlive() || System.nanoTime() - begin > PATIENCE) {
                    throw new IllegalStateException(
                            contender.name + " did not answer; " + command + " said: " + Files.readString(output));
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

    private static boolean answers(int port, String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            byte[] answer = socket.getInputStream().readNBytes(request.isEmpty() ? 1 : 12);
            return request.isEmpty()
                    ? answer.length == 1
                    : Arrays.equals(answer, "HTTP/1.1 200".getBytes(UTF_8));
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
