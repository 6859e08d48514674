package dev.ginkgo.internal.net;

import dev.ginkgo.config.Address;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketOption;
import java.net.UnknownHostException;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/** Opens, connects and configures sockets. */
public final class Sockets {
    /** Length of the accept queue; the kernel limits it to {@code net.core.somaxconn}. */
    private static final int BACKLOG = 1024;

    /** Keepalive: a peer that lost power is detected after a minute, 30 s of silence and then three probes. */
    private static final int KEEPALIVE_IDLE_SECONDS = 30;

    private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
    private static final int KEEPALIVE_COUNT = 3;

    private Sockets() {}

    /**
     * Binds a server socket. The socket is closed if that fails.
     *
     * @param source source of the address, for the error message
     * @throws BindException if the address cannot be bound; the message says what to do
     */
    public static ServerSocket listen(ServerSocket unbound, Address address, String source) throws IOException {
        try {
            unbound.setReuseAddress(true);
            unbound.bind(resolve(address), BACKLOG);
            return unbound;
        } catch (BindException | UnknownHostException e) {
            unbound.close();
            throw cannotBind(address, source, e);
        } catch (IOException | RuntimeException e) {
            unbound.close();
            throw e;
        }
    }

    /** Creates a listener that is bound to an address. */
    public interface ListenerFactory<T> {
        T open(InetSocketAddress address) throws IOException;
    }

    /**
     * Creates a listener of any kind.
     *
     * @param source source of the address, for the error message
     * @throws BindException if the address cannot be bound; the message says what to do
     */
    public static <T> T listen(ListenerFactory<T> listenerFactory, Address address, String source) throws IOException {
        try {
            return listenerFactory.open(resolve(address));
        } catch (BindException | UnknownHostException e) {
            throw cannotBind(address, source, e);
        }
    }

    /** Connects a socket. The socket is closed if that fails. */
    public static Socket connect(Socket unconnected, Address address, Duration timeout) throws IOException {
        try {
            unconnected.connect(resolve(address), Math.toIntExact(Math.max(1, timeout.toMillis())));
            if (unconnected.getLocalSocketAddress().equals(unconnected.getRemoteSocketAddress())) {
                // On loopback the kernel may choose the target port as our own port, which connects the socket to
                // itself.
                throw new ConnectException("Connection refused");
            }
            return prepare(unconnected);
        } catch (IOException | RuntimeException e) {
            unconnected.close();
            throw e;
        }
    }

    /** Disables Nagle's algorithm, and enables keepalive so that a dead peer is detected. */
    public static Socket prepare(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        setIfSupported(socket, ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
        setIfSupported(socket, ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_SECONDS);
        setIfSupported(socket, ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_COUNT);
        return socket;
    }

    /** Returns the remote address of a connected socket. */
    public static Address peer(Socket socket) {
        InetAddress host = socket.getInetAddress();
        return new Address(host.getHostAddress(), socket.getPort());
    }

    /** Closes a socket; errors are ignored. */
    public static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // unsent data is lost, as after any broken connection
        }
    }

    private static InetSocketAddress resolve(Address address) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
    }

    private static BindException cannotBind(Address address, String source, IOException cause) {
        String reason = cause instanceof UnknownHostException ? "unknown host" : cause.getMessage();
        String advice = reason != null && reason.contains("in use")
                ? "stop the process that listens there (ss -ltnp shows it), or choose another port"
                : "choose an address of this machine and a port that this user may open";
        BindException failure =
                new BindException("cannot listen on " + address + " (" + source + "): " + reason + "; " + advice);
        failure.initCause(cause);
        return failure;
    }

    private static void setIfSupported(Socket socket, SocketOption<Integer> option, int value) throws IOException {
        if (socket.supportedOptions().contains(option)) {
            socket.setOption(option, value);
        }
    }
}
