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
    private static final Duration SOON = Duration.ofSeconds(10);

    /** Far longer than a test is patient. */
    private static final int CONNECT_MILLIS = 60_000;

    private final InetAddress loopback = InetAddress.getLoopbackAddress();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private ConnectionManager living;

    @BeforeEach
    void start() throws Exception {
        living = switchboard(new DefaultSocketFactory());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private ConnectionManager switchboard(SocketFactory sockets) throws Exception {
        ConnectionManager made = new ConnectionManager(
                TimeSource.system(),
                new DefaultThreadFactory("switchboard", true),
                sockets,
                loopback,
                FreePorts.free("127.0.0.1").port(),
                null,
                0);
        made.socketConnectionTimeout(CONNECT_MILLIS).receiver(new ReceiverAdapter() {
            @Override
            public void receive(Address sender, DataInput in, int length) throws Exception {
                byte[] bytes = new byte[length];
                in.readFully(bytes);
                received.add(new String(bytes, StandardCharsets.UTF_8));
            }
        });
        made.start();
        open.add(made);
        return made;
    }

    private static void send(ConnectionManager from, Address to, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        from.send(to, bytes, 0, bytes.length);
    }

    /** A port that lets nobody in: to the one who connects it is as if his packets were lost. */
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
    @DisplayName("K-01 K-06 a node that cannot be reached keeps no message to another one waiting, nor a new view")
    void unreachableOne() throws Exception {
        ConnectionManager own = switchboard(new DefaultSocketFactory());
        IpAddress gone = unreachable();

        send(own, gone, "who is there?");
        send(own, living.localAddress(), "renewed");

        await().atMost(SOON).until(() -> received.equals(List.of("renewed")));
        own.retainAll(List.of(living.localAddress()));
        assertThat(own.connectionEstablishedTo(living.localAddress())).isTrue();
        assertThat(own.getNumConnections()).isEqualTo(1);
    }

    @Test
    @DisplayName("K-03 a frozen node takes a connection and answers no handshake: it keeps no message waiting, and is"
            + " given up soon")
    void frozenOne() throws Exception {
        SocketFactory secured = new DefaultSocketFactory(
                SharedSecretTls.context(KeyDerivation.of(Secret.of("correct horse battery staple"), "cluster.secret")));
        ConnectionManager own = switchboard(secured);
        ServerSocket frozen = new ServerSocket(0, 50, loopback);
        open.add(frozen);
        IpAddress there = new IpAddress(loopback, frozen.getLocalPort());

        send(own, there, "who is there?");
        assertThat(own.hasConnection(there)).isTrue();
        own.retainAll(List.of(there)); // would wait for the lock

        await().atMost(SOON).until(() -> !own.hasConnection(there));
    }

    @Test
    @DisplayName("two nodes that call each other at the same moment hear each other, on one connection")
    void eachOther() throws Exception {
        for (int i = 0; i < 20; i++) {
            ConnectionManager a = switchboard(new DefaultSocketFactory());
            ConnectionManager b = switchboard(new DefaultSocketFactory());
            received.clear();
            Thread other = Thread.ofVirtual().start(() -> sendCalmly(b, a.localAddress(), "to a"));
            sendCalmly(a, b.localAddress(), "to b");
            other.join();

            // What was said on a connection that gave way to the other may be lost; what is said again is not.
            await().atMost(SOON).until(() -> {
                sendCalmly(a, b.localAddress(), "to b");
                sendCalmly(b, a.localAddress(), "to a");
                return received.containsAll(List.of("to a", "to b"));
            });
            assertThat(a.getNumConnections()).isEqualTo(1);
            assertThat(b.getNumConnections()).isEqualTo(1);
        }
    }

    /** As JGroups does it. */
    private static void sendCalmly(ConnectionManager from, Address to, String text) {
        try {
            send(from, to, text);
        } catch (Exception e) {
            // It will be sent again.
        }
    }
}
