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
        try (SelectorWakeup wake = new SelectorWakeup();
                Selector selector = Selector.open()) {
            wake.channel().register(selector, SelectionKey.OP_READ);
            Phaser together = new Phaser(2);
            Thread ringer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < TIMES; i++) {
                    together.arriveAndAwaitAdvance();
                    wake.ring();
                    together.arriveAndAwaitAdvance();
                }
            });
            for (int i = 0; i < TIMES; i++) {
                // Given one that is awake already, about to look, while another rings
                wake.ring();
                together.arriveAndAwaitAdvance();
                wake.heard();
                together.arriveAndAwaitAdvance();

                // When he has looked once more
                wake.heard();

                // Then nothing is left to wake him
                selector.selectedKeys().clear();
                assertThat(selector.selectNow()).as("after %d times", i).isZero();
            }
            ringer.join();

            wake.ring();
            selector.selectedKeys().clear();
            assertThat(selector.select(10_000)).isEqualTo(1);
        }
    }
}
