package dev.ginkgo.hub.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that sends half a request over each of many connections, and reads what it gets for it. It runs in a process
 * of its own, because the hub's process may not have so many descriptors for both ends; it needs nothing but the JDK.
 */
public final class IncompleteRequestSender {
    private static final byte[] HALF_A_REQUEST =
            "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf".getBytes(ISO_8859_1);
    private static final int TIMEOUT_MILLIS = 60_000;

    private IncompleteRequestSender() {}

    /** Starts it; it says {@code sent}, and then {@code answered} and how many got a 408 and their end. */
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
            socket.getOutputStream().write(HALF_A_REQUEST);
            sockets.add(socket);
        }
        IO.println("sent");
        int answered = 0;
        for (Socket each : sockets) {
            String answer = new String(each.getInputStream().readAllBytes(), ISO_8859_1);
            if (answer.startsWith("HTTP/1.1 408 ") && answer.contains("\"code\":\"request-timeout\"")) {
                answered++;
            } else {
                IO.println("got instead: " + answer);
            }
            each.close();
        }
        IO.println("answered " + answered);
    }
}
