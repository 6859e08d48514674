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

/**
 * Socket factories of a node. With a cluster secret, connections use TLS, and both sides prove that they know the
 * secret. Without one, connections are in plain text, and any host that reaches the port can connect.
 */
public final class SocketSecurity {
    /** Heartbeats are ten times as frequent. The timeout also ends a handshake to which the peer does not respond. */
    private static final int READ_TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();

    private SocketSecurity() {}

    /**
     * Returns a supplier of socket factories, one for each session.
     *
     * @param rejectedLog rate-limits log messages about rejected connections
     * @param taskSpawner runs the accept loop and the handshakes
     * @throws IllegalArgumentException if the node would listen beyond loopback without a secret, and {@code
     *     cluster.insecure} is not set
     */
    public static Supplier<SocketFactory> socketFactories(
            NodeConfig nodeConfig, Address bind, LogRateLimiter rejectedLog, TlsServerSocket.TaskSpawner taskSpawner)
            throws Exception {
        if (nodeConfig.credentials().keys().isPresent()) {
            SSLContext tls =
                    SharedSecretTls.context(nodeConfig.credentials().keys().get());
            return () -> tlsSocketFactory(tls, rejectedLog, taskSpawner);
        }
        if (!bind.isLoopback() && !nodeConfig.credentials().insecure()) {
            throw new IllegalArgumentException("the cluster would listen on " + bind
                    + " without authentication, so any host that reaches it could join and lead; set the same"
                    + " cluster.secret-file on all nodes, or allow this with cluster.insecure = true");
        }
        return DefaultSocketFactory::new;
    }

    private static SocketFactory tlsSocketFactory(
            SSLContext tls, LogRateLimiter rejectedLog, TlsServerSocket.TaskSpawner taskSpawner) {
        DefaultSocketFactory socketFactory = new DefaultSocketFactory(
                tls.getSocketFactory(), new TlsServerSocketFactory(tls, rejectedLog, taskSpawner));
        socketFactory.setSocketConfigurator(SocketSecurity::setReadTimeout);
        return socketFactory;
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

        TlsServerSocketFactory(SSLContext tls, LogRateLimiter rejectedLog, TlsServerSocket.TaskSpawner taskSpawner) {
            this.tls = tls;
            this.rejectedLog = rejectedLog;
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
