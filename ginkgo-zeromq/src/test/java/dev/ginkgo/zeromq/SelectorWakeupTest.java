package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.Phaser;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SelectorWakeupTest {
    private static final int ROUNDS = 20_000;

    @Test
    @DisplayName("H-04 wake wakes the selector, and a wake-up concurrent with reset does not keep it awake forever")
    void resetSelector_isNotWokenAgain() throws Exception {
        try (SelectorWakeup selectorWakeup = new SelectorWakeup();
                Selector selector = Selector.open()) {
            selectorWakeup.channel().register(selector, SelectionKey.OP_READ);
            Phaser rendezvous = new Phaser(2);
            Thread waker = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    rendezvous.arriveAndAwaitAdvance();
                    selectorWakeup.wake();
                    rendezvous.arriveAndAwaitAdvance();
                }
            });
            for (int i = 0; i < ROUNDS; i++) {
                // Given a thread that is awake and resets, while another thread wakes it
                selectorWakeup.wake();
                rendezvous.arriveAndAwaitAdvance();
                selectorWakeup.reset();
                rendezvous.arriveAndAwaitAdvance();

                // When it resets once more
                selectorWakeup.reset();

                // Then nothing wakes it any more
                selector.selectedKeys().clear();
                assertThat(selector.selectNow()).as("round %d", i).isZero();
            }
            waker.join();

            selectorWakeup.wake();
            selector.selectedKeys().clear();
            assertThat(selector.select(10_000)).isEqualTo(1);
        }
    }
}
