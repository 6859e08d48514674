package dev.ginkgo.etcd;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP proxy between one node and etcd. While it is cut, connections stay open and nothing passes. */
final class CuttableProxy implements AutoCloseable {
    private final ServerSocket server = new ServerSocket();
    private final URI target;
    private final URI endpoint;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private boolean cut; // guarded by this

    CuttableProxy(URI target) throws IOException {
        this.target = target;
        Address address = FreePorts.free();
        server.bind(address.toSocketAddress());
        endpoint = URI.create(target.getScheme() + "://" + address);
        Thread.ofVirtual().start(this::accept);
    }

    URI endpoint() {
        return endpoint;
    }

    synchronized void cut() {
        cut = true;
    }

    synchronized void restore() {
        cut = false;
        notifyAll();
    }

    /** Closes all connections. */
    void dropConnections() {
        sockets.forEach(this::close);
    }

    private synchronized void awaitOpen() throws InterruptedException {
        while (cut) {
            wait();
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void connect(Socket client) {
        sockets.add(client);
        try {
            Socket upstream = new Socket(target.getHost(), target.getPort());
            sockets.add(upstream);
            Thread.ofVirtual().start(() -> copy(client, upstream));
            copy(upstream, client);
        } catch (IOException e) {
            close(client);
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[16_384];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitOpen();
                out.write(buffer, 0, count);
            }
        } catch (IOException | InterruptedException e) {
            // one side has ended, which ends the other
        }
        close(from);
        close(to);
    }

    private void close(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        restore();
        dropConnections();
    }
}
