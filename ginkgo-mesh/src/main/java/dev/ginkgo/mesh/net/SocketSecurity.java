package dev.ginkgo.mesh.net;

import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.mesh.tls.SharedSecretTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.jgroups.util.DefaultSocketFactory;
import org.jgroups.util.SocketFactory;

/** Who may connect to this node: those who know the secret, or, where there is none, all who can reach it. */
public final class SocketSecurity {
    /** Heartbeats come ten times as often; it also ends a handshake that the other side does not answer. */
    private static final int READ_TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();

    private SocketSecurity() {}

    /**
     * Returns a supplier of socket factories, one for each session.
     *
     * @throws IllegalArgumentException if the node would listen beyond this machine with nothing to guard it
     */
    public static Supplier<SocketFactory> socketFactories(
            NodeConfig nodeConfig, Address bind, LogRateLimiter strangers, TlsServerSocket.TaskSpawner taskSpawner)
            throws Exception {
        if (nodeConfig.credentials().keys().isPresent()) {
            SSLContext tls =
                    SharedSecretTls.context(nodeConfig.credentials().keys().get());
            return () -> sockets(tls, strangers, taskSpawner);
        }
        if (!bind.isLoopback() && !nodeConfig.credentials().insecure()) {
            throw new IllegalArgumentException("the cluster would listen on " + bind
                    + ", where whoever reaches it could join and lead; give all nodes the same cluster.secret-file, or"
                    + " allow it by cluster.insecure = true");
        }
        return DefaultSocketFactory::new;
    }

    private static SocketFactory sockets(
            SSLContext tls, LogRateLimiter strangers, TlsServerSocket.TaskSpawner taskSpawner) {
        DefaultSocketFactory sockets = new DefaultSocketFactory(
                tls.getSocketFactory(), new TlsServerSocketFactory(tls, strangers, taskSpawner));
        sockets.setSocketConfigurator(SocketSecurity::setReadTimeout);
        return sockets;
    }

    private static void setReadTimeout(Socket socket) {
        try {
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class TlsServerSocketFactory extends ServerSocketFactory {
        private final SSLContext tls;
        private final LogRateLimiter rejectedLog;
        private final TlsServerSocket.TaskSpawner taskSpawner;

        TlsServerSocketFactory(SSLContext tls, LogRateLimiter strangers, TlsServerSocket.TaskSpawner taskSpawner) {
            this.tls = tls;
            this.rejectedLog = strangers;
            this.taskSpawner = taskSpawner;
        }

        @Override
        public ServerSocket createServerSocket() throws IOException {
            return new TlsServerSocket(tls, rejectedLog, taskSpawner);
        }

        @Override
        public ServerSocket createServerSocket(int port) throws IOException {
            return createServerSocket(port, 0);
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) throws IOException {
            return createServerSocket(port, backlog, InetAddress.getByAddress(new byte[Integer.BYTES]));
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, InetAddress address) throws IOException {
            ServerSocket socket = createServerSocket();
            socket.bind(new InetSocketAddress(address, port), backlog);
            return socket;
        }
    }
}
