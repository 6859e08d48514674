package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.access.Access;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Requests whose credentials are verified by another thread when they are complete. */
class DeferredVerificationTest {
    private static final String REQUEST = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final List<WeakReference<Exchange>> exchanges = new ArrayList<>();

    private EmbeddedChannel connect(Exchange.AccessVerifier verifier) {
        return connect(Runnable::run, verifier);
    }

    private EmbeddedChannel connect(Executor tasks, Exchange.AccessVerifier verifier) {
        return new EmbeddedServer(
                        exchange -> {
                            exchanges.add(new WeakReference<>(exchange));
                            exchange.verifyAccess(tasks, verifier);
                            exchange.onComplete(null, done -> done.respond(Responses.noContent()));
                        },
                        10)
                .connect("192.0.2.1");
    }

    @Test
    @DisplayName("H-210 a connection retains no memory of requests whose credentials have been verified")
    void answeredRequests_areNotRetained() {
        // Given
        EmbeddedChannel connection = connect(() -> Access.OPEN);

        // When
        for (int i = 0; i < 3; i++) {
            assertThat(EmbeddedServer.send(connection, REQUEST)).startsWith("HTTP/1.1 204 ");
        }

        // Then
        await().untilAsserted(() -> {
            System.gc();
            assertThat(exchanges).hasSize(3).allMatch(each -> each.refersTo(null));
        });
        assertThat(connection.isActive()).isTrue();
        var _ = connection.close();
    }

    @Test
    @DisplayName("H-211 an error of the verification is answered, and the connection serves further requests")
    void error_isAnswered() {
        // Given
        EmbeddedChannel connection = connect(() -> {
            throw new StackOverflowError("of an authenticator");
        });

        // When, then
        for (int i = 0; i < 2; i++) {
            assertThat(EmbeddedServer.send(connection, REQUEST))
                    .startsWith("HTTP/1.1 500 ")
                    .doesNotContain("StackOverflow");
        }
        var _ = connection.close();
    }

    @Test
    @DisplayName("H-219 the credentials of a request whose connection has been closed are not verified")
    void closedConnection_isNotVerified() {
        // Given a verification that waits for a thread
        List<Runnable> tasks = new ArrayList<>();
        AtomicInteger verifications = new AtomicInteger();
        EmbeddedChannel connection = connect(tasks::add, () -> {
            verifications.incrementAndGet();
            return Access.OPEN;
        });
        assertThat(EmbeddedServer.send(connection, REQUEST)).isEmpty();

        // When
        var _ = connection.close();
        tasks.forEach(Runnable::run);

        // Then
        assertThat(tasks).hasSize(1);
        assertThat(verifications).hasValue(0);
    }
}
