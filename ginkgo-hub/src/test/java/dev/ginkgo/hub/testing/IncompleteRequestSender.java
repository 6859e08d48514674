package dev.ginkgo.hub.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Program that sends an incomplete request over each of many connections, and reads the responses. It runs in a separate
 * process, because one process may not have enough file descriptors for both ends. It depends on the JDK only.
 */
public final class IncompleteRequestSender {
    private static final byte[] INCOMPLETE_REQUEST =
            "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf".getBytes(ISO_8859_1);
    private static final int TIMEOUT_MILLIS = 60_000;

    private IncompleteRequestSender() {}

    /** Starts the program. It prints {@code sent}, then {@code answered} and the number of connections closed with a 408. */
    public static ExternalProcess start(Path folder, int port, int connections) throws IOException {
        return ExternalProcess.start(
                folder,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                IncompleteRequestSender.class.getName(),
                Integer.toString(port),
                Integer.toString(connections));
    }

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        List<Socket> sockets = new ArrayList<>();
        for (int i = Integer.parseInt(arguments[1]); i > 0; i--) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(INCOMPLETE_REQUEST);
            sockets.add(socket);
        }
        IO.println("sent");
        int answered = 0;
        for (Socket each : sockets) {
            String response = new String(each.getInputStream().readAllBytes(), ISO_8859_1);
            if (response.startsWith("HTTP/1.1 408 ") && response.contains("\"code\":\"request-timeout\"")) {
                answered++;
            } else {
                IO.println("unexpected response: " + response);
            }
            each.close();
        }
        IO.println("answered " + answered);
    }
}
