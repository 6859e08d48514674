package dev.ginkgo.nats.testing;

import dev.ginkgo.config.Address;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Forwards connections to a server. While it is cut, it forwards nothing and closes nothing, as a network partition does. */
public final class TcpRelay implements AutoCloseable {
    private final Address target;
    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition connected = lock.newCondition();
    private final AtomicInteger accepted = new AtomicInteger();
    private boolean cut; // guarded by lock

    /** Starts to forward. */
    public TcpRelay(Address target) throws IOException {
        this.target = target;
        listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().start(this::accept);
    }

    /** Returns the address for clients. */
    public Address address() {
        return new Address("127.0.0.1", listener.getLocalPort());
    }

    /** Stops or continues to forward. */
    public void cut(boolean value) {
        lock.lock();
        try {
            cut = value;
            connected.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Closes all connections that there are. */
    public void drop() {
        sockets.forEach(TcpRelay::close);
    }

    /** Returns how many connections neither side has closed. */
    public long open() {
        return sockets.stream().filter(each -> !each.isClosed()).count() / 2;
    }

    /** Returns how many connections clients have opened so far. */
    public int accepted() {
        return accepted.get();
    }

    private void awaitConnected() throws InterruptedException {
        lock.lock();
        try {
            while (cut) {
                connected.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                sockets.add(client);
                accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> connect(client));
            }
        } catch (IOException _) {
            close(); // the end of the test
        }
    }

    private void connect(Socket client) {
        try {
            awaitConnected();
            Socket server = new Socket(target.host(), target.port());
            sockets.add(server);
            Thread.ofVirtual().start(() -> pump(server, client));
            pump(client, server);
        } catch (IOException | InterruptedException _) {
            close(client);
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[16_384];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                awaitConnected();
                out.write(buffer, 0, n);
            }
        } catch (IOException | InterruptedException _) {
            close(from);
        }
        close(from);
        close(to);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        cut(false);
        sockets.forEach(TcpRelay::close);
    }
}
