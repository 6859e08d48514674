package dev.ginkgo.mesh.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.time.TimeSource;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jgroups.Version;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.stack.IpAddress;
import org.jgroups.util.DefaultSocketFactory;
import org.jgroups.util.DefaultThreadFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Connections that are established while a node stops. */
class ConnectionManagerStopTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final InetAddress loopback = InetAddress.getLoopbackAddress();
    private final List<Thread> handshakes = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final ObservedServerSockets serverSockets = new ObservedServerSockets();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private ConnectionManager manager() throws Exception {
        DefaultThreadFactory threads = new DefaultThreadFactory("stop", true) {
            @Override
            public Thread newThread(Runnable runnable, String name) {
                Thread thread = super.newThread(runnable, name);
                if (name.equals("handshake")) {
                    handshakes.add(thread);
                }
                return thread;
            }
        };
        ConnectionManager manager = new ConnectionManager(
                TimeSource.system(),
                threads,
                new DefaultSocketFactory(SocketFactory.getDefault(), serverSockets),
                loopback,
                FreePorts.free("127.0.0.1").port(),
                null,
                0);
        manager.peerAddressReadTimeout((int) TIMEOUT.toMillis());
        open.add(manager);
        return manager;
    }

    private Socket connect(ConnectionManager manager) throws IOException {
        IpAddress address = (IpAddress) manager.localAddress();
        Socket client = new Socket(address.getIpAddress(), address.getPort());
        open.add(client);
        return client;
    }

    /** Sends what a node sends first on each connection. */
    private void identify(Socket client, int port) throws IOException {
        IpAddress address = new IpAddress(loopback, port);
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.write(Connection.cookie);
        out.writeShort(Version.version);
        out.writeShort(address.serializedSize());
        address.writeTo(out);
        out.flush();
    }

    private void awaitAllClosed() {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(serverSockets.accepted).allMatch(Socket::isClosed));
    }

    @Test
    @DisplayName("K-28 a connection whose client identifies itself while the node closes its connections is closed")
    void connectionsIdentifiedDuringStop_areClosed() throws Exception {
        // Given an established connection, and others whose clients have not identified themselves
        ConnectionManager manager = manager();
        manager.start();
        identify(connect(manager), 1);
        await().atMost(TIMEOUT).until(() -> manager.getNumConnections() == 1);
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            clients.add(connect(manager));
        }
        await().atMost(TIMEOUT).until(() -> handshakes.size() == 1 + clients.size());

        // When they do so while the node closes the established one
        serverSockets.accepted.getFirst().onClose.set(() -> {
            for (int i = 0; i < clients.size(); i++) {
                identify(clients.get(i), 2 + i);
            }
            await().atMost(TIMEOUT).until(() -> handshakes.stream().noneMatch(ConnectionManagerStopTest::isRunning));
        });
        manager.stop();

        // Then all are closed, although no client has closed its side
        awaitAllClosed();
        assertThat(manager.getNumConnections()).isZero();
    }

    /** Returns whether a thread neither waits for a lock nor has ended. */
    private static boolean isRunning(Thread thread) {
        return thread.getState() != Thread.State.WAITING && thread.isAlive();
    }

    @Test
    @DisplayName("K-28 a connection that is accepted immediately before the node stops, and handled afterwards, is"
            + " closed")
    void connectionHandledAfterStop_isClosed() throws Exception {
        // Given a connection that has been accepted, but not handled
        CompletableFuture<Boolean> stopped = new CompletableFuture<>();
        serverSockets.afterAccept = stopped::join;
        ConnectionManager manager = manager();
        manager.start();
        identify(connect(manager), 1);
        await().atMost(TIMEOUT).until(() -> serverSockets.accepted.size() == 1);

        // When it is handled after the node has stopped
        manager.stop();
        stopped.complete(true);

        // Then it is closed
        awaitAllClosed();
    }

    @Test
    @DisplayName("K-28 a node that has stopped opens no connections, and one that was never started does not listen")
    void stoppedManager_opensNothing() throws Exception {
        ConnectionManager other = manager();
        other.start();
        ConnectionManager stopped = manager();
        stopped.start();
        stopped.stop();
        assertThatThrownBy(() -> stopped.getConnection(other.localAddress())).isInstanceOf(SocketException.class);
        assertThat(stopped.getNumConnections()).isZero();

        ConnectionManager neverStarted = manager();
        neverStarted.close();
        assertThat(serverSockets.created.getLast().isClosed()).isTrue();
    }

    /** Task that may throw. */
    @FunctionalInterface
    private interface Action {
        void run() throws IOException;
    }

    /** Accepted socket that runs an action before it is closed. */
    private static final class ObservedSocket extends Socket {
        final AtomicReference<Action> onClose = new AtomicReference<>(() -> {});

        @Override
        public void close() throws IOException {
            onClose.getAndSet(() -> {}).run();
            super.close();
        }
    }

    /** Server sockets that record what they accept. */
    private static final class ObservedServerSockets extends ServerSocketFactory {
        final List<ObservedSocket> accepted = new CopyOnWriteArrayList<>();
        final List<ServerSocket> created = new CopyOnWriteArrayList<>();
        volatile Runnable afterAccept = () -> {};

        @Override
        public ServerSocket createServerSocket() throws IOException {
            ServerSocket created = new ServerSocket() {
                @Override
                public Socket accept() throws IOException {
                    ObservedSocket socket = new ObservedSocket();
                    implAccept(socket);
                    accepted.add(socket);
                    afterAccept.run();
                    return socket;
                }
            };
            this.created.add(created);
            return created;
        }

        @Override
        public ServerSocket createServerSocket(int port) throws IOException {
            return createServerSocket(port, 0);
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) throws IOException {
            return createServerSocket(port, backlog, InetAddress.getLoopbackAddress());
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, InetAddress address) throws IOException {
            ServerSocket created = createServerSocket();
            created.bind(new InetSocketAddress(address, port), backlog);
            return created;
        }
    }
}
