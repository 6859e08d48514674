package dev.ginkgo.hub;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.testing.TestTree;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SubscriptionInHookTest {

    /** Subscribes in {@code onStart} and reads in a task. */
    private static final class Reader extends Service {
        final MessageHub hub = add("hub", new MessageHub());
        final List<String> received = new CopyOnWriteArrayList<>();
        final AtomicReference<@Nullable Subscription> opened = new AtomicReference<>();

        @Override
        protected void onStart() {
            Subscription subscription = closeOnStop(hub.subscribe("/x"));
            opened.set(subscription);
            spawn("reader", () -> {
                for (Message message : subscription) {
                    received.add(message.text());
                }
            });
        }
    }

    @Test
    @DisplayName("T-12 a subscription that onStart opens with closeOnStop receives messages until the service stops")
    void receivesMessages_afterOnStartHasReturned() {
        // Given
        Reader reader = new Reader();
        try (TestTree<Reader> tree = TestTree.start(reader, "hub.http.enabled = false")) {
            await().until(() ->
                    tree.ginkgo().tasks().stream().noneMatch(task -> task.name().equals("onStart")));

            // When
            reader.hub.publish("/x", "one");

            // Then
            await().untilAsserted(() -> assertThat(reader.received).containsExactly("one"));
        }
        assertThatThrownBy(() -> requireNonNull(reader.opened.get()).take()).isInstanceOf(IllegalStateException.class);
    }
}
