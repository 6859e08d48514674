package lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Servers under test, by name. Each runs with one thread for its connections where it has that setting. */
final class Servers implements AutoCloseable {
    /** Starts a server; its files are in the folder. */
    interface Starter {
        Server start(Path folder) throws IOException, InterruptedException;
    }

    private final List<Server> started = new ArrayList<>();

    private Servers() {}

    /** Starts servers by name, in this order. */
    static Servers start(List<String> names) throws IOException, InterruptedException {
        Map<String, Starter> all = all();
        Servers servers = new Servers();
        Runtime.getRuntime().addShutdownHook(new Thread(servers::close)); // also after an interrupt
        try {
            for (String name : names) {
                Starter starter = all.get(name);
                if (starter == null) {
                    throw new IllegalArgumentException(name + " is not one of " + all.keySet());
                }
                Peers.requireFor(name);
                servers.started.add(start(name, starter));
            }
            return servers;
        } catch (IOException | InterruptedException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    /** Starts a server. Another program may have taken its port in the meantime; then it has another one. */
    private static Server start(String name, Starter starter) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return starter.start(Files.createTempDirectory("lab-" + name));
            } catch (IOException e) {
                if (attempt == 3) {
                    throw e;
                }
            }
        }
    }

    /** Returns the servers that have been started. */
    List<Server> list() {
        return List.copyOf(started);
    }

    @Override
    public void close() {
        List.copyOf(started).forEach(Server::close);
    }

    /** Returns how to start each server. */
    private static Map<String, Starter> all() {
        Map<String, Starter> all = new LinkedHashMap<>();
        all.put("floor", Servers::floor);
        all.put("hub", folder -> hub(folder, "hub", Protocol.http("")));
        all.put("hub-netty", folder -> hub(folder, "hub-netty", Protocol.http(""), "http.sender=netty"));
        all.put("hub-ids", folder -> hub(folder, "hub-ids", Protocol.http("?ids=1 ")));
        all.put("hub-sse", folder -> hub(folder, "hub-sse", Protocol.http("Accept: text/event-stream\r\n")));
        all.put("hub-ndjson", folder -> hub(folder, "hub-ndjson", Protocol.http("Accept: application/x-ndjson\r\n")));
        all.put("hub-gzip", folder -> {
            Protocol protocol = Protocol.http("Accept-Encoding: gzip\r\n");
            return hub(folder, "hub-gzip", protocol, "http.compression=all")
                    .over(Connector.plain(), new GzipLayer(protocol.subscribe()), 1);
        });
        all.put("hub-h2c", folder -> hub(folder, "hub-h2c", Protocol.http(""))
                .over(Connector.plain(), new Http2Layer("/bench", "http"), 50));
        all.put("hub-tls", folder -> {
            Protocol protocol = Protocol.http("");
            return hub(folder, "hub-tls", protocol, tls(folder))
                    .over(Connector.tls("http/1.1"), ThreadSubscribers.http1(protocol.subscribe()), 1);
        });
        all.put("hub-ws", folder -> hub(folder, "hub-ws", new WebSocketProtocol()));
        all.put("nchan", Servers::nchan);
        all.put("bun", Servers::bun);
        all.put("vertx", Servers::vertx);
        all.put("nats", Servers::nats);
        all.put("mosquitto", Servers::mosquitto);
        all.putAll(DurableServers.all());
        return all;
    }

    private static Server floor(Path folder) throws IOException, InterruptedException {
        Path program = folder.resolve("floor");
        Peers.execute(folder, "cc", "-O2", "-o", program.toString(), "bench/lab/floor.c");
        int port = Server.freePort();
        return Server.start(
                folder, "floor", port, Protocol.http(""), List.of(program.toString(), Integer.toString(port)));
    }

    private static Server hub(Path folder, String name, Protocol protocol, String... settings)
            throws IOException, InterruptedException {
        int port = Server.freePort();
        List<String> command = new ArrayList<>(List.of(
                "env", "JDK_JAVA_OPTIONS=" + javaOptions(), ginkgo(), "run", "dev.ginkgo.hub.MessageHub"));
        List<String> all = new ArrayList<>(List.of(
                "http.bind=127.0.0.1:" + port, "http.loops=1", "http.max-connections=20000",
                "http.max-connections-per-address=20000", "http.max-subscribers=20000", "max-channels=100000"));
        all.addAll(List.of(settings));
        all.forEach(setting -> command.addAll(List.of("--set", setting)));
        return Server.start(folder, name, port, protocol, command);
    }

    /** Returns the user's options for the JVM, and that it collects no garbage when it is idle, until a work requests that. */
    private static String javaOptions() {
        return System.getenv().getOrDefault("JDK_JAVA_OPTIONS", "") + " -XX:G1PeriodicGCInterval=0";
    }

    /** Returns the command that runs the build under test. */
    static String ginkgo() {
        return System.getProperty("ginkgo", "./ginkgo");
    }

    private static String[] tls(Path folder) throws IOException, InterruptedException {
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("certificate.pem");
        Peers.execute(folder, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "1", "-subj", "/CN=localhost", "-keyout", key.toString(), "-out", certificate.toString());
        return new String[] {"http.tls.certificate=" + certificate, "http.tls.key=" + key};
    }

    private static Server nchan(Path folder) throws IOException, InterruptedException {
        int port = Server.freePort();
        Path configuration = folder.resolve("nginx.conf");
        Files.writeString(configuration, """
                load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
                daemon off;
                worker_processes 1;
                worker_rlimit_nofile 40000;
                pid %1$s/nginx.pid;
                error_log %1$s/error.log;
                events { worker_connections 32768; }
                http {
                  access_log off;
                  tcp_nodelay on;
                  keepalive_requests 1000000000;
                  client_body_temp_path %1$s/body;
                  client_body_buffer_size 1m;
                  nchan_shared_memory_size 256m;
                  server {
                    listen 127.0.0.1:%2$d backlog=4096;
                    location = /bench {
                      nchan_publisher;
                      nchan_subscriber http-chunked;
                      nchan_channel_id bench;
                      nchan_message_buffer_length 1000;
                      nchan_subscriber_first_message newest;
                    }
                  }
                }
                """.formatted(folder, port));
        return Server.start(
                folder,
                "nchan",
                port,
                Protocol.http("TE: chunked\r\n"),
                List.of("nginx", "-e", folder.resolve("error.log").toString(), "-c", configuration.toString()));
    }

    private static Server bun(Path folder) throws IOException, InterruptedException {
        int port = Server.freePort();
        return Server.start(
                folder,
                "bun",
                port,
                Protocol.http("Accept: text/event-stream\r\n"),
                List.of(Peers.bun().toString(), "bench/lab/peers/bun/server.js", Integer.toString(port)));
    }

    private static Server vertx(Path folder) throws IOException, InterruptedException {
        int port = Server.freePort();
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return Server.start(
                folder,
                "vertx",
                port,
                Protocol.http("Accept: text/event-stream\r\n"),
                List.of(java.toString(), "-Dport=" + port, "-jar", Peers.vertx().toString()));
    }

    private static Server nats(Path folder) throws IOException, InterruptedException {
        int port = Server.freePort();
        Path configuration = folder.resolve("nats.conf");
        Files.writeString(configuration, "listen: 127.0.0.1:" + port + "\nping_interval: \"1h\"\n");
        return Server.start(
                folder, "nats", port, Protocol.nats(), List.of("nats-server", "-c", configuration.toString()));
    }

    private static Server mosquitto(Path folder) throws IOException, InterruptedException {
        int port = Server.freePort();
        Path configuration = folder.resolve("mosquitto.conf");
        Files.writeString(configuration, "listener " + port + " 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n");
        return Server.start(
                folder,
                "mosquitto",
                port,
                Protocol.mqtt(),
                List.of("mosquitto", "-c", configuration.toString()));
    }
}
