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

/** Makes sockets as this package wants them. */
public final class Sockets {
    /** The kernel cuts it to its own limit ({@code net.core.somaxconn}). */
    private static final int BACKLOG = 1024;

    /** A peer that lost its power is found out after a minute: 30 s of silence, then three questions. */
    private static final int KEEPALIVE_IDLE_SECONDS = 30;

    private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
    private static final int KEEPALIVE_COUNT = 3;

    private Sockets() {}

    /**
     * Binds a listener.
     *
     * @param origin where the address comes from, for the error
     */
    public static ServerSocket listen(ServerSocket unbound, Address address, String origin) throws IOException {
        try {
            unbound.setReuseAddress(true);
            unbound.bind(resolve(address), BACKLOG);
            return unbound;
        } catch (BindException | UnknownHostException e) {
            unbound.close();
            throw cannotBind(address, origin, e);
        } catch (IOException | RuntimeException e) {
            unbound.close();
            throw e;
        }
    }

    /** Makes something that is bound to an address. */
    public interface ListenerFactory<T> {
        T open(InetSocketAddress address) throws IOException;
    }

    /**
     * Makes a listener of any kind.
     *
     * @param origin where the address comes from, for the error
     */
    public static <T> T listen(ListenerFactory<T> listenerFactory, Address address, String origin) throws IOException {
        try {
            return listenerFactory.open(resolve(address));
        } catch (BindException | UnknownHostException e) {
            throw cannotBind(address, origin, e);
        }
    }

    /** Connects, or throws; nothing is left open then. */
    public static Socket connect(Socket fresh, Address address, Duration timeout) throws IOException {
        try {
            fresh.connect(resolve(address), Math.toIntExact(Math.max(1, timeout.toMillis())));
            if (fresh.getLocalSocketAddress().equals(fresh.getRemoteSocketAddress())) {
                // On loopback the kernel may pick the very port that nobody listens on as our own.
                throw new ConnectException("Connection refused");
            }
            return prepare(fresh);
        } catch (IOException | RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    /** No waiting for more to send, and a dead peer is noticed. */
    public static Socket prepare(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        setIfSupported(socket, ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
        setIfSupported(socket, ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_SECONDS);
        setIfSupported(socket, ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_COUNT);
        return socket;
    }

    /** The other end of a connected socket. */
    public static Address peer(Socket socket) {
        InetAddress host = socket.getInetAddress();
        return new Address(host.getHostAddress(), socket.getPort());
    }

    public static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Whatever was left to say, nobody is there to hear it.
        }
    }

    private static InetSocketAddress resolve(Address address) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
    }

    private static BindException cannotBind(Address address, String origin, IOException cause) {
        String reason = cause instanceof UnknownHostException ? "unknown host" : cause.getMessage();
        String advice = reason != null && reason.contains("in use")
                ? "stop what listens there (ss -ltnp shows it), or choose another port"
                : "choose an address of this machine, and a port that this user may open";
        BindException told =
                new BindException("cannot listen on " + address + " (" + origin + "): " + reason + "; " + advice);
        told.initCause(cause);
        return told;
    }

    private static void setIfSupported(Socket socket, SocketOption<Integer> option, int value) throws IOException {
        if (socket.supportedOptions().contains(option)) {
            socket.setOption(option, value);
        }
    }
}
