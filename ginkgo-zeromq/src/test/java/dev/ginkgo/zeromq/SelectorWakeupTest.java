package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.Phaser;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SelectorWakeupTest {
    private static final int TIMES = 20_000;

    @Test
    @DisplayName("H-04 whoever is rung for wakes, and what was rung while he looked does not keep him awake for ever")
    void quietAfterwards() throws Exception {
        try (SelectorWakeup selectorWakeup = new SelectorWakeup();
                Selector selector = Selector.open()) {
            selectorWakeup.channel().register(selector, SelectionKey.OP_READ);
            Phaser together = new Phaser(2);
            Thread ringer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < TIMES; i++) {
                    together.arriveAndAwaitAdvance();
                    selectorWakeup.wake();
                    together.arriveAndAwaitAdvance();
                }
            });
            for (int i = 0; i < TIMES; i++) {
                // Given one that is awake already, about to look, while another rings
                selectorWakeup.wake();
                together.arriveAndAwaitAdvance();
                selectorWakeup.reset();
                together.arriveAndAwaitAdvance();

                // When he has looked once more
                selectorWakeup.reset();

                // Then nothing is left to wake him
                selector.selectedKeys().clear();
                assertThat(selector.selectNow()).as("after %d times", i).isZero();
            }
            ringer.join();

            selectorWakeup.wake();
            selector.selectedKeys().clear();
            assertThat(selector.select(10_000)).isEqualTo(1);
        }
    }
}
