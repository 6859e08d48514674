package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.State;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class HookOrderTest {

    private static final class Slow extends Service {
        final List<String> journal = new CopyOnWriteArrayList<>();
        final CountDownLatch reloading = new CountDownLatch(1);

        @Override
        protected void onReload() throws Exception {
            journal.add("reload begins");
            reloading.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                journal.add("reload ends");
            }
        }

        @Override
        protected void onStop() {
            journal.add("stop");
        }
    }

    @Test
    @DisplayName("L-04 C-11 a stop interrupts an onReload that is under way, and onStop runs after it, never beside it")
    void stopDuringReload() throws Exception {
        // Given
        Slow slow = new Slow();
        Ginkgo ginkgo = Ginkgo.start(slow);
        CompletableFuture<ReloadResult> reload = CompletableFuture.supplyAsync(ginkgo::reload);
        slow.reloading.await();

        // When
        ginkgo.stop();

        // Then
        assertThat(slow.journal).containsExactly("reload begins", "reload ends", "stop");
        assertThat(slow.status().state()).isEqualTo(State.STOPPED);
        assertThat(reload.get().failures()).isEmpty();
    }
}
