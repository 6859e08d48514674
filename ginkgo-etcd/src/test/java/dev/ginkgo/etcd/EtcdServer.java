package dev.ginkgo.etcd;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A server of etcd on a free loopback address, with an election timeout that allows leases of one second. It can be
 * killed, started again with its data, and frozen.
 */
final class EtcdServer {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final String name;
    private final List<String> command;
    private final Path log;
    private final Path data;
    private final URI endpoint;
    private Process process;

    private EtcdServer(String name, URI endpoint, List<String> command, Path folder) throws IOException {
        this.name = name;
        this.endpoint = endpoint;
        this.command = command;
        this.log = folder.resolve(name + ".log");
        this.data = folder.resolve(name);
        process = start();
    }

    /** Starts one server and waits until it answers. */
    static EtcdServer start(Path folder, String... options) throws IOException {
        return cluster(folder, 1, options).getFirst();
    }

    /** Starts several servers that form a cluster, and waits until they answer. */
    static List<EtcdServer> cluster(Path folder, int count, String... options) throws IOException {
        String scheme = List.of(options).contains("--cert-file") ? "https" : "http";
        List<URI> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(URI.create("http://" + FreePorts.free()));
        }
        String members = Stream.iterate(0, i -> i < count, i -> i + 1)
                .map(i -> "etcd" + i + "=" + peers.get(i))
                .collect(Collectors.joining(","));
        List<EtcdServer> servers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = "etcd" + i;
            URI endpoint = scheme.equals("http")
                    ? URI.create("http://" + FreePorts.free())
                    : URI.create(
                            "https://localhost:" + FreePorts.free("127.0.0.1").port()); // the name in its certificate
            List<String> command = new ArrayList<>(List.of(
                    "/usr/bin/etcd",
                    "--name",
                    name,
                    "--data-dir",
                    folder.resolve(name).toString(),
                    "--listen-client-urls",
                    endpoint.toString(),
                    "--advertise-client-urls",
                    endpoint.toString(),
                    "--listen-peer-urls",
                    peers.get(i).toString(),
                    "--initial-advertise-peer-urls",
                    peers.get(i).toString(),
                    "--initial-cluster",
                    members,
                    "--heartbeat-interval",
                    "50",
                    "--election-timeout",
                    "500",
                    "--unsafe-no-fsync"));
            command.addAll(List.of(options));
            servers.add(new EtcdServer(name, endpoint, command, folder));
        }
        if (scheme.equals("http")) {
            servers.forEach(EtcdServer::awaitHealthy);
        }
        return servers;
    }

    private Process start() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** Waits until the server has a leader. */
    void awaitHealthy() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest health = HttpRequest.newBuilder(endpoint.resolve("/health"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            await(name).atMost(TIMEOUT).pollInterval(Duration.ofMillis(50)).until(() -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException(name + " has ended:\n" + Files.readString(log));
                }
                try {
                    return client.send(health, HttpResponse.BodyHandlers.ofString())
                            .body()
                            .contains("true");
                } catch (IOException _) {
                    return false;
                }
            });
        }
    }

    /** Sends a request to the gateway of a server without TLS, and returns the answer. */
    String post(String method, String body) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(endpoint.resolve("/v3/" + method))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    URI endpoint() {
        return endpoint;
    }

    /** Kills the process, which cannot write anything more. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts the process again, without the data that it had. */
    void startAgainEmpty() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        process = start();
    }

    /** Starts the process again, with its data. */
    void startAgain() throws IOException {
        process = start();
    }

    /** Stops the process from running until it receives CONT. */
    void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                .start()
                .waitFor(10, TimeUnit.SECONDS);
    }
}
