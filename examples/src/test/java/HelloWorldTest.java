import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.Configuration;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HelloWorldTest {

    @Test
    @DisplayName("G-06 hello world prints its message, applies a reload, and stops")
    void printsAndReloads() {
        try (CapturedOutput printed = new CapturedOutput()) {
            // Given
            HelloWorld hello = new HelloWorld();
            try (Ginkgo tree = Ginkgo.start(hello, "rate-per-minute = 60_000")) {
                await().until(() -> printed.lines().contains("Hello World"));

                // When
                tree.reload(Configuration.empty().text("new", "message = \"Hi\"\nrate-per-minute = 60_000"));

                // Then
                await().until(() -> printed.lines().contains("Hi"));
                tree.stop();
                assertThat(hello.status().tasks()).isZero();
            }
            assertThat(Set.copyOf(printed.lines())).containsExactlyInAnyOrder("Hello World", "Hi");
        }
    }

    @Test
    @DisplayName("C-06 an invalid rate is rejected before anything starts")
    void rejectsARateOfZero() {
        assertThatThrownBy(() -> Ginkgo.start(new HelloWorld(), "rate-per-minute = 0"))
                .hasMessageContaining("0 is outside 1..60000");
    }
}
