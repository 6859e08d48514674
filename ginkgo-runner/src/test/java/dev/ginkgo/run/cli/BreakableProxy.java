package dev.ginkgo.run.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A way to a hub that can be cut: what is connected is then closed, and so is what comes, until it is mended. */
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
                    Socket there = new Socket(InetAddress.getLoopbackAddress(), hub);
                    open.add(client);
                    open.add(there);
                    Thread.ofVirtual().start(() -> pass(client, there));
                    Thread.ofVirtual().start(() -> pass(there, client));
                } else {
                    client.close();
                }
            } catch (IOException e) {
                // the relay is closed, or the hub is: whoever comes again finds out
            }
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // cut
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
