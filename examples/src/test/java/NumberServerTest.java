import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.config.SettingInfo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NumberServerTest {
    /** A rate so low that only the first number is sent during a test. */
    private static final String ONE_A_MINUTE = "bind = \"127.0.0.1:0\"\nrate-per-minute = 1";

    private static final String THOUSAND_A_SECOND = "bind = \"127.0.0.1:0\"\nrate-per-minute = 60_000";

    @Test
    @DisplayName("G-07 every client receives the first number immediately")
    void sendsTheFirstNumberImmediately() throws Exception {
        NumberServer server = new NumberServer();
        try (Ginkgo tree = Ginkgo.start(server, ONE_A_MINUTE);
                Client first = new Client(server);
                Client second = new Client(server)) {
            assertThat(first.number()).isBetween(0, 10);
            assertThat(second.number()).isBetween(0, 10);
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("G-07 the numbers are 0 to 10 inclusive, and each of them occurs")
    void sendsAllNumbers() throws Exception {
        NumberServer server = new NumberServer();
        try (Ginkgo tree = Ginkgo.start(server, THOUSAND_A_SECOND);
                Client client = new Client(server)) {
            TreeSet<Integer> seen = new TreeSet<>();
            for (int i = 0; i < 500; i++) {
                seen.add(client.number());
            }
            assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("G-07 the interval between two numbers is 60/rate seconds, and a reload changes the rate of open"
            + " connections")
    void reloadChangesTheRate() throws Exception {
        // Given 10 numbers per second
        NumberServer server = new NumberServer();
        try (Ginkgo tree = Ginkgo.start(server, "bind = \"127.0.0.1:0\"\nrate-per-minute = 600");
                Client client = new Client(server)) {
            Duration slow = client.timeOf(5);
            assertThat(slow).isGreaterThan(Duration.ofMillis(395));

            // When the rate becomes a thousand per second
            assertThat(tree.reload(Configuration.empty().text("new", THOUSAND_A_SECOND))
                            .outcome())
                    .isEqualTo(ReloadResult.Outcome.APPLIED);

            // Then a hundred numbers take less than the ten seconds of the old rate
            assertThat(client.timeOf(100)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    @DisplayName("G-07 numbers.toml configures the number server, on its own port 7776")
    void exampleFileIsValid() {
        Configuration file = Configuration.empty().file(Path.of("numbers.toml").toAbsolutePath());
        assertThat(Ginkgo.of(new NumberServer()).configuration(file).validate().problems())
                .isEmpty();
        assertThat(Ginkgo.of(new NumberServer()).validate().settings())
                .filteredOn(s -> s.fullKey().equals("bind"))
                .singleElement()
                .extracting(SettingInfo::value)
                .isEqualTo("127.0.0.1:7776");
    }

    @Test
    @DisplayName("G-06 the number server of numbers.toml starts, serves and stops")
    void exampleFileRuns() throws Exception {
        // Given
        Configuration file = Configuration.empty()
                .file(Path.of("numbers.toml").toAbsolutePath())
                .set("bind", "127.0.0.1:0");
        NumberServer server = new NumberServer();

        // When
        try (Ginkgo tree = Ginkgo.of(server).configuration(file).start();
                Client client = new Client(server)) {
            assertThat(client.number()).isBetween(0, 10);
            tree.stop();

            // Then
            assertThat(client.in.readLine()).isNull();
        }
    }

    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Client(NumberServer server) throws IOException {
            Address address = server.tcp.address();
            socket = new Socket(address.host(), address.port());
            socket.setSoTimeout(10_000);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        int number() throws IOException {
            return Integer.parseInt(in.readLine());
        }

        Duration timeOf(int numbers) throws IOException {
            long startedAt = System.nanoTime();
            for (int i = 0; i < numbers; i++) {
                number();
            }
            return Duration.ofNanos(System.nanoTime() - startedAt);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
