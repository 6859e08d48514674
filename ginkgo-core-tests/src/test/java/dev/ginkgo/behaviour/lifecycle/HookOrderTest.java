package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.lifecycle.TaskInfo;
import java.time.Duration;
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

    /** Service that is ready before its {@code onStart} returns. */
    private static final class ReadyEarly extends Service {
        final List<String> events = new CopyOnWriteArrayList<>();
        final CountDownLatch released = new CountDownLatch(1);
        private final boolean ignoresInterrupts;

        ReadyEarly(boolean ignoresInterrupts, Lifecycle lifecycle) {
            this.ignoresInterrupts = ignoresInterrupts;
            lifecycle(lifecycle);
        }

        @Override
        protected void onStart() throws Exception {
            events.add("start begins");
            ready();
            try {
                awaitRelease();
            } finally {
                events.add("start ends");
            }
        }

        private void awaitRelease() throws InterruptedException {
            while (true) {
                try {
                    released.await();
                    return;
                } catch (InterruptedException e) {
                    if (!ignoresInterrupts) {
                        throw e;
                    }
                }
            }
        }

        @Override
        protected void onReload() {
            events.add("reload");
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

    @Test
    @DisplayName("L-28 a reload waits for an onStart that continues after ready(), and then calls onReload")
    void onReloadRunsAfterOnStart() {
        // Given
        ReadyEarly service = new ReadyEarly(false, Lifecycle.standard());
        try (Ginkgo ginkgo = Ginkgo.start(service)) {
            // When
            BackgroundThread reload = BackgroundThread.run(ginkgo::reload);
            await().until(reload::isParked);

            // Then
            assertThat(ginkgo.tasks()).extracting(TaskInfo::name).containsExactly("onStart");
            service.released.countDown();
            assertThat(reload.awaitThrown()).isNull();
            assertThat(service.events).containsExactly("start begins", "start ends", "reload");
        }
    }

    @Test
    @DisplayName(
            "L-28 a reload does not wait for onStart beyond the start timeout; it reports that onReload was skipped")
    void reloadReportsThatOnStartIsStillRunning() {
        ReadyEarly service = new ReadyEarly(false, Lifecycle.standard());
        try (Ginkgo ginkgo = Ginkgo.start(service)) {
            // When
            ReloadResult result = ginkgo.reload(Configuration.empty().text("test", "[ginkgo]\nstart-timeout = '30ms'"));

            // Then
            assertThat(result.outcome()).isEqualTo(ReloadResult.Outcome.APPLIED);
            assertThat(result.failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.thrown())
                            .hasMessage("ready-early: onReload was skipped because onStart is still running"));
            assertThat(service.events).containsExactly("start begins");
        }
    }

    @Test
    @DisplayName("L-28 a stop interrupts an onStart that continues after ready(), and onStop runs when it has returned")
    void onStopRunsAfterTheInterruptedOnStart() {
        // Given
        ReadyEarly service = new ReadyEarly(false, Lifecycle.standard());
        Ginkgo ginkgo = Ginkgo.start(service);

        // When
        ginkgo.stop();

        // Then
        assertThat(service.events).containsExactly("start begins", "start ends", "stop");
        assertThat(service.status().state()).isEqualTo(State.STOPPED);
    }

    @Test
    @DisplayName("L-28 if onStart ignores the interrupt of a stop, onStop is skipped, and the stop reports both")
    void onStopIsSkipped_whileOnStartIsRunning() {
        // Given
        ReadyEarly service = new ReadyEarly(true, Lifecycle.standard().stopTimeout(Duration.ofSeconds(1)));
        Ginkgo ginkgo = Ginkgo.start(service);

        // When
        StopException thrown = catchThrowableOfType(StopException.class, ginkgo::stop);
        service.released.countDown();

        // Then
        assertThat(thrown)
                .hasMessageContaining(
                        "onStop was skipped because onStart is still running although it was interrupted");
        assertThat(thrown.leaks()).extracting(Leak::task).containsExactly("onStart");
        await().until(() -> service.events.contains("start ends"));
        assertThat(service.events).doesNotContain("stop");
    }

    @Test
    @DisplayName("L-28 a stop ends a reload that waits for onStart, and the reload reports no failure")
    void stopEndsAReloadThatWaits() {
        // Given
        ReadyEarly service = new ReadyEarly(true, Lifecycle.standard().stopTimeout(Duration.ofMillis(200)));
        Ginkgo ginkgo = Ginkgo.start(service);
        CompletableFuture<ReloadResult> result = new CompletableFuture<>();
        BackgroundThread reload = BackgroundThread.run(() -> result.complete(ginkgo.reload()));
        await().until(reload::isParked);

        // When
        assertThatThrownBy(ginkgo::stop).isInstanceOf(StopException.class);

        // Then, although onStart is still running
        assertThat(reload.awaitThrown()).isNull();
        assertThat(result.join().failures()).isEmpty();
        assertThat(service.events).containsExactly("start begins");
        service.released.countDown();
    }
}
