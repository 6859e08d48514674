import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NumberPrinterTest {

    @Test
    @DisplayName("G-06 the number printer prints what its client receives, and stops")
    void printsReceivedNumbers() {
        try (CapturedOutput printed = new CapturedOutput()) {
            // Given
            NumberServer server = new NumberServer();
            NumberPrinter printer = new NumberPrinter();
            try (Ginkgo serving = Ginkgo.start(server, "bind = \"127.0.0.1:0\"\nrate-per-minute = 60_000");
                    Ginkgo tree = Ginkgo.start(printer, "numbers.server = \"" + server.tcp.address() + "\"")) {
                // When
                await().until(() -> printed.lines().size() > 20);

                // Then
                tree.stop();
                serving.stop();
                assertThat(printer.status().tasks()).isZero();
            }
            assertThat(printed.lines()).allMatch(line -> line.matches("\\d|10"));
        }
    }
}
