package dev.ginkgo.hub.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Process of a real proxy between clients and a hub. Not every proxy can bind port 0, so a free port is searched, and
 * another one if a different process binds that port first.
 */
public final class ProxyProcess implements AutoCloseable {
    private static final int ATTEMPTS = 10;

    private final Proxy proxy;
    private final Path folder;
    private final Path configuration;
    private final int port;
    private ExternalProcess process;

    private ProxyProcess(Proxy proxy, Path folder, Path configuration, int port) throws IOException {
        this.proxy = proxy;
        this.folder = folder;
        this.configuration = configuration;
        this.port = port;
        this.process = spawn();
    }

    /** Starts a proxy, configured as documented. */
    public static ProxyProcess start(Proxy proxy, Path folder, int hub) throws IOException {
        return start(proxy, folder, proxy.documented(), hub);
    }

    /**
     * Starts a proxy.
     *
     * @param folder folder for its files
     * @param configuration like the documented one, whose addresses are replaced
     * @param hub port of the hub
     */
    public static ProxyProcess start(Proxy proxy, Path folder, String configuration, int hub) throws IOException {
        String withHub = configuration
                .replace("127.0.0.1:8088", "127.0.0.1:" + hub)
                .replace(".port = \"8088\"", ".port = \"" + hub + "\"");
        String output = "";
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = freePort();
            Path file = Files.writeString(
                    folder.resolve("proxy.configuration"), proxy.configuration(withHub, folder, port));
            ProxyProcess started = new ProxyProcess(proxy, folder, file, port);
            if (started.awaitListening()) {
                return started;
            }
            output = started.process.output();
            started.close();
        }
        throw new AssertionError(proxy + " did not start: " + output);
    }

    public int port() {
        return port;
    }

    public void stop() {
        process.terminate();
    }

    public void restart() throws IOException {
        process.close();
        process = spawn();
        if (!awaitListening()) {
            throw new AssertionError(proxy + " did not restart: " + process.output());
        }
    }

    private boolean awaitListening() {
        await().atMost(ExternalProcess.TIMEOUT)
                .until(() -> (proxy.isBound(folder, process.output()) && acceptsConnections()) || !process.isAlive());
        return process.isAlive();
    }

    private boolean acceptsConnections() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private ExternalProcess spawn() throws IOException {
        return ExternalProcess.start(
                folder, proxy.command(folder, configuration, port).toArray(String[]::new));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.terminate(); // not by SIGKILL, which would leave its workers running
        }
        process.close();
    }
}
