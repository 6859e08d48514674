package dev.ginkgo.mesh.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.security.KeyDerivation;
import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Secret;
import dev.ginkgo.mesh.tls.SharedSecretTls;
import dev.ginkgo.time.TimeSource;
import java.io.DataInput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jgroups.Address;
import org.jgroups.blocks.cs.ReceiverAdapter;
import org.jgroups.stack.IpAddress;
import org.jgroups.util.DefaultSocketFactory;
import org.jgroups.util.DefaultThreadFactory;
import org.jgroups.util.SocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConnectionManagerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** Far longer than the timeout of the tests. */
    private static final int CONNECT_TIMEOUT_MILLIS = 60_000;

    private final InetAddress loopback = InetAddress.getLoopbackAddress();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private ConnectionManager peer;

    @BeforeEach
    void start() throws Exception {
        peer = startManager(new DefaultSocketFactory());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private ConnectionManager startManager(SocketFactory sockets) throws Exception {
        ConnectionManager manager = new ConnectionManager(
                TimeSource.system(),
                new DefaultThreadFactory("connection-manager", true),
                sockets,
                loopback,
                FreePorts.free("127.0.0.1").port(),
                null,
                0);
        manager.socketConnectionTimeout(CONNECT_TIMEOUT_MILLIS).receiver(new ReceiverAdapter() {
            @Override
            public void receive(Address origin, DataInput in, int length) throws Exception {
                byte[] bytes = new byte[length];
                in.readFully(bytes);
                received.add(new String(bytes, StandardCharsets.UTF_8));
            }
        });
        manager.start();
        open.add(manager);
        return manager;
    }

    private static void send(ConnectionManager from, Address to, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        from.send(to, bytes, 0, bytes.length);
    }

    /** Returns an address whose accept queue is full: for a client, this looks as if its packets were lost. */
    private IpAddress unreachable() throws IOException {
        ServerSocket full = new ServerSocket(0, 1, loopback);
        open.add(full);
        while (true) {
            Socket filler = new Socket();
            open.add(filler);
            try {
                filler.connect(new InetSocketAddress(loopback, full.getLocalPort()), 200);
            } catch (SocketTimeoutException e) {
                return new IpAddress(loopback, full.getLocalPort());
            }
        }
    }

    @Test
    @DisplayName("K-01 K-06 an unreachable node delays neither messages to other nodes nor a new view")
    void unreachablePeer_doesNotDelayOthers() throws Exception {
        ConnectionManager sender = startManager(new DefaultSocketFactory());
        IpAddress unreachable = unreachable();

        send(sender, unreachable, "hello");
        send(sender, peer.localAddress(), "renewed");

        await().atMost(TIMEOUT).until(() -> received.equals(List.of("renewed")));
        sender.retainAll(List.of(peer.localAddress()));
        assertThat(sender.connectionEstablishedTo(peer.localAddress())).isTrue();
        assertThat(sender.getNumConnections()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "K-03 a suspended node accepts a connection but does not respond to the handshake: it delays no messages,"
                    + " and the connection is closed after the handshake timeout")
    void suspendedPeer_isClosedAfterHandshakeTimeout() throws Exception {
        SocketFactory tlsSockets = new DefaultSocketFactory(
                SharedSecretTls.context(KeyDerivation.of(Secret.of("correct horse battery staple"), "cluster.secret")));
        ConnectionManager sender = startManager(tlsSockets);
        ServerSocket frozen = new ServerSocket(0, 50, loopback);
        open.add(frozen);
        IpAddress frozenAddress = new IpAddress(loopback, frozen.getLocalPort());

        send(sender, frozenAddress, "hello");
        assertThat(sender.hasConnection(frozenAddress)).isTrue();
        sender.retainAll(List.of(frozenAddress)); // would block if the lock were held

        await().atMost(TIMEOUT).until(() -> !sender.hasConnection(frozenAddress));
    }

    @Test
    @DisplayName("two nodes that connect to each other at the same moment exchange messages on one connection")
    void simultaneousConnects_keepOneConnection() throws Exception {
        for (int i = 0; i < 20; i++) {
            ConnectionManager a = startManager(new DefaultSocketFactory());
            ConnectionManager b = startManager(new DefaultSocketFactory());
            received.clear();
            Thread other = Thread.ofVirtual().start(() -> sendIgnoringErrors(b, a.localAddress(), "to a"));
            sendIgnoringErrors(a, b.localAddress(), "to b");
            other.join();

            // Messages on the connection that was rejected may be lost; those that are sent again are not.
            await().atMost(TIMEOUT).until(() -> {
                sendIgnoringErrors(a, b.localAddress(), "to b");
                sendIgnoringErrors(b, a.localAddress(), "to a");
                return received.containsAll(List.of("to a", "to b"));
            });
            assertThat(a.getNumConnections()).isEqualTo(1);
            assertThat(b.getNumConnections()).isEqualTo(1);
        }
    }

    /** Sends like JGroups, which ignores errors and retransmits. */
    private static void sendIgnoringErrors(ConnectionManager from, Address to, String text) {
        try {
            send(from, to, text);
        } catch (Exception e) {
            // The message will be sent again.
        }
    }
}
