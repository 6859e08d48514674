package dev.ginkgo.hub.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Process of a real nginx, configured as in {@code docs/proxies.md}. It cannot bind port 0, so a free port is searched,
 * and another one if a different process binds that port first.
 */
public final class NginxProcess implements AutoCloseable {
    private static final Pattern DOCUMENTED = Pattern.compile("```nginx\n(.*?)```", Pattern.DOTALL);
    private static final int ATTEMPTS = 10;

    private final Path folder;
    private final Path configuration;
    private final int port;
    private ExternalProcess process;

    private NginxProcess(Path folder, Path configuration, int port, ExternalProcess process) {
        this.folder = folder;
        this.configuration = configuration;
        this.port = port;
        this.process = process;
    }

    /** Returns the server block in {@code docs/proxies.md}. */
    public static String documented() throws IOException {
        Matcher block = DOCUMENTED.matcher(
                Files.readString(Path.of(System.getProperty("ginkgo.root", ".."), "docs", "proxies.md")));
        if (!block.find()) {
            throw new IllegalStateException("docs/proxies.md has no nginx configuration");
        }
        return block.group(1);
    }

    /**
     * Starts nginx.
     *
     * @param folder folder for its files
     * @param http content of the http block, with the ports of the documentation, which are replaced
     * @param hub port of the hub
     */
    public static NginxProcess start(Path folder, String http, int hub) throws IOException {
        String output = "";
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = freePort();
            Path configuration =
                    Files.writeString(folder.resolve("nginx.conf"), configuration(folder, http, port, hub));
            NginxProcess nginxProcess = new NginxProcess(folder, configuration, port, spawn(folder, configuration));
            if (nginxProcess.awaitListening()) {
                return nginxProcess;
            }
            output = nginxProcess.process.output();
            nginxProcess.close();
        }
        throw new AssertionError("nginx did not start: " + output);
    }

    public int port() {
        return port;
    }

    public void stop() {
        process.terminate();
    }

    public void restart() throws IOException {
        process.close();
        process = spawn(folder, configuration);
        if (!awaitListening()) {
            throw new AssertionError("nginx did not restart: " + process.output());
        }
    }

    private boolean awaitListening() {
        await().atMost(ExternalProcess.TIMEOUT).until(() -> (isBound() && acceptsConnections()) || !process.isAlive());
        return process.isAlive();
    }

    /** nginx writes its pidfile when it has bound its port; before that, another process may listen there. */
    private boolean isBound() {
        return Files.exists(folder.resolve("nginx.pid"));
    }

    private boolean acceptsConnections() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static ExternalProcess spawn(Path folder, Path configuration) throws IOException {
        String nginx = Files.isExecutable(Path.of("/usr/sbin/nginx")) ? "/usr/sbin/nginx" : "nginx";
        return ExternalProcess.start(
                folder, nginx, "-p", folder.toString(), "-e", "stderr", "-c", configuration.toString());
    }

    private static String configuration(Path folder, String http, int port, int hub) {
        StringBuilder text = new StringBuilder("daemon off;\nworker_processes 1;\npid nginx.pid;\n");
        if (System.getProperty("user.name").equals("root")) {
            text.append("user root;\n"); // otherwise its worker may not enter the folder
        }
        text.append("events { worker_connections 1024; }\nhttp {\naccess_log off;\n");
        for (String each : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            text.append(each).append("_temp_path ").append(folder.resolve(each)).append(";\n");
        }
        return text.append(http.replace("listen 80;", "listen 127.0.0.1:" + port + ";")
                        .replace("127.0.0.1:8088", "127.0.0.1:" + hub))
                .append("}\n")
                .toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.terminate(); // not by SIGKILL, which would leave its worker running
        }
        process.close();
    }
}
