import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.Address;
import dev.ginkgo.lifecycle.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NumberClientTest {

    @Test
    @DisplayName("G-02 G-06 the number client iterates over the numbers of the server that its setting names")
    void receivesNumbers() {
        // Given
        NumberServer server = new NumberServer();
        try (Ginkgo serving = Ginkgo.start(server, "bind = \"127.0.0.1:0\"\nrate-per-minute = 60_000")) {
            NumberClient client = new NumberClient();
            try (Ginkgo tree = Ginkgo.start(client, "server = \"" + server.tcp.address() + "\"")) {
                // When
                Iterator<Integer> numbers = client.iterator();

                // Then
                for (int i = 0; i < 100; i++) {
                    assertThat(numbers.next()).isBetween(0, 10);
                }
                assertThat(tree.status().ready()).isTrue();
                assertThat(serving.status().ready()).isTrue();
            }
        }
    }

    @Test
    @DisplayName("N-06 G-03 a client whose numbers are not consumed keeps the newest 64")
    void keepsTheNewest_whenNotConsumed() throws Exception {
        try (Source source = new Source()) {
            // Given
            NumberClient client = new NumberClient();
            try (Ginkgo tree = Ginkgo.start(client, source.setting());
                    Socket socket = source.accept()) {
                // When
                IntStream.range(0, 1_000).forEach(i -> send(socket, i + "\n"));
                await().until(() -> client.mailbox.dropped() == 1_000 - 64);

                // Then
                assertThat(client.mailbox.size()).isEqualTo(64);
                assertThat(client.iterator().next()).isEqualTo(1_000 - 64);
                assertThat(tree.status().ready()).isTrue();
            }
        }
    }

    @Test
    @DisplayName("N-04 N-05 G-04 the numbers resume after the server closed the connection, and the end of the stream"
            + " is not a number")
    void resumes_whenTheServerComesBack() throws Exception {
        try (Source source = new Source()) {
            // Given
            NumberClient client = new NumberClient();
            try (Ginkgo tree = Ginkgo.start(client, source.setting())) {
                Iterator<Integer> numbers = client.iterator();
                Socket first = source.accept();
                send(first, "1\n");
                assertThat(numbers.next()).isEqualTo(1);

                // When
                first.close();

                // Then
                try (Socket second = source.accept()) {
                    send(second, "2\n");
                    assertThat(numbers.next()).isEqualTo(2);
                    assertThat(client.mailbox.size()).isZero();
                    assertThat(tree.status().state()).isEqualTo(State.READY);
                }
            }
        }
    }

    @Test
    @DisplayName("N-09 a line that is not a number, including a blank line, ends the connection, and the client"
            + " reconnects")
    void reconnects_afterAnInvalidNumber() throws Exception {
        try (Source source = new Source()) {
            // Given
            NumberClient client = new NumberClient();
            try (Ginkgo tree = Ginkgo.start(client, source.setting())) {
                for (String line : List.of("", "seven", "7 8")) {
                    // When
                    try (Socket socket = source.accept()) {
                        send(socket, line + "\n");

                        // Then
                        assertThat(socket.getInputStream().read()).isEqualTo(-1);
                    }
                }
                try (Socket good = source.accept()) {
                    send(good, "7\n");
                    assertThat(client.iterator().next()).isEqualTo(7);
                    assertThat(tree.status().failure()).isEmpty();
                }
            }
        }
    }

    @Test
    @DisplayName("N-07 an iteration ends when its thread is interrupted, with the interrupt status kept, and when the"
            + " client has stopped")
    void iterationEnds_whenInterruptedOrStopped() throws Exception {
        try (Source source = new Source()) {
            // Given two threads that wait for numbers
            NumberClient client = new NumberClient();
            AtomicBoolean flag = new AtomicBoolean();
            List<Integer> received = new CopyOnWriteArrayList<>();
            try (Ginkgo tree = Ginkgo.start(client, source.setting());
                    Socket socket = source.accept()) {
                Thread interrupted = Thread.ofVirtual().start(() -> {
                    client.forEach(received::add);
                    flag.set(Thread.currentThread().isInterrupted());
                });
                send(socket, "5\n");
                await().until(() -> received.equals(List.of(5)));

                // When
                interrupted.interrupt();

                // Then
                assertThat(interrupted.join(Duration.ofSeconds(10))).isTrue();
                assertThat(flag).isTrue();

                // And when the client stops
                Thread waiting = Thread.ofVirtual().start(() -> client.forEach(received::add));
                send(socket, "6\n");
                await().until(() -> received.equals(List.of(5, 6)));
                tree.stop();
                assertThat(waiting.join(Duration.ofSeconds(10))).isTrue();
            }
        }
    }

    private static void send(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A server that sends the lines of a test. */
    private static final class Source implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));

        Source() throws IOException {
            listener.setSoTimeout(10_000);
        }

        String setting() {
            return "server = \"" + new Address("127.0.0.1", listener.getLocalPort()) + "\"";
        }

        Socket accept() throws IOException {
            Socket socket = listener.accept();
            socket.setSoTimeout(10_000);
            return socket;
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
