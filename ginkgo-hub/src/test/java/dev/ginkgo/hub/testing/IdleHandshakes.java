package dev.ginkgo.hub.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Program that opens many connections to a port with TLS and stops at some point of the handshake: in turn before it, in the
 * middle of the first message, after the first message, and after the handshake. It runs in a separate process, because one
 * process may not have enough file descriptors for both ends. It depends on the JDK only.
 */
public final class IdleHandshakes {
    /** Number of points at which a connection stops. */
    public static final int KINDS = 4;

    private static final int TIMEOUT_MILLIS = 120_000;

    private IdleHandshakes() {}

    /** Accepts every certificate. */
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Starts the program. It prints {@code idle}, then {@code closed} and the number of connections that the peer closed. */
    public static ExternalProcess start(Path folder, int port, int connections) throws IOException {
        return ExternalProcess.start(
                folder,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                IdleHandshakes.class.getName(),
                Integer.toString(port),
                Integer.toString(connections));
    }

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        int port = Integer.parseInt(arguments[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        byte[] hello = clientHello(context);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            sockets.add(
                    switch (i % KINDS) {
                        case 0 -> connect(port, new byte[0]);
                        case 1 -> connect(port, Arrays.copyOf(hello, hello.length / 2));
                        case 2 -> connect(port, hello);
                        default -> handshake(context, port);
                    });
        }
        IO.println("idle");
        int closed = 0;
        for (Socket each : sockets) {
            closed += isClosedByPeer(each) ? 1 : 0;
            each.close();
        }
        IO.println("closed " + closed);
    }

    private static byte[] clientHello(SSLContext context) throws SSLException {
        SSLEngine client = context.createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    private static Socket connect(int port, byte[] first) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.getOutputStream().write(first);
        return socket;
    }

    /** Completes a handshake; the socket below it is returned, so that closing it sends nothing. */
    private static Socket handshake(SSLContext context, int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        ((SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", port, true)).startHandshake();
        return socket;
    }

    private static boolean isClosedByPeer(Socket socket) throws IOException {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true; // what was sent has not been read
        }
    }
}
