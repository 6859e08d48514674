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

    private static final class SlowReload extends Service {
        final List<String> events = new CopyOnWriteArrayList<>();
        final CountDownLatch reloading = new CountDownLatch(1);

        @Override
        protected void onReload() throws Exception {
            events.add("reload begins");
            reloading.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                events.add("reload ends");
            }
        }

        @Override
        protected void onStop() {
            events.add("stop");
        }
    }

    @Test
    @DisplayName("L-04 C-11 a stop interrupts a running onReload, and onStop runs after it, never at the same time")
    void onStopRunsAfterTheInterruptedOnReload() throws Exception {
        // Given
        SlowReload service = new SlowReload();
        Ginkgo ginkgo = Ginkgo.start(service);
        CompletableFuture<ReloadResult> reload = CompletableFuture.supplyAsync(ginkgo::reload);
        service.reloading.await();

        // When
        ginkgo.stop();

        // Then
        assertThat(service.events).containsExactly("reload begins", "reload ends", "stop");
        assertThat(service.status().state()).isEqualTo(State.STOPPED);
        assertThat(reload.get().failures()).isEmpty();
    }
}
