package dev.ginkgo.run.cli.hub;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** TCP proxy to a hub. While it is disconnected, open connections are closed and new ones are rejected. */
final class BreakableProxy implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int hub;
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private volatile boolean connected = true;

    BreakableProxy(int hub) throws IOException {
        this.hub = hub;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void disconnect() throws IOException {
        connected = false;
        closeAll();
    }

    void restore() {
        connected = true;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (connected) {
                    Socket upstream = new Socket(InetAddress.getLoopbackAddress(), hub);
                    open.add(client);
                    open.add(upstream);
                    Thread.ofVirtual().start(() -> relay(client, upstream));
                    Thread.ofVirtual().start(() -> relay(upstream, client));
                } else {
                    client.close();
                }
            } catch (IOException e) {
                // the proxy or the hub is closed; a later connection attempt fails too
            }
        }
    }

    private static void relay(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // disconnected
        }
    }

    private void closeAll() throws IOException {
        for (Socket socket = open.poll(); socket != null; socket = open.poll()) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        closeAll();
    }
}
