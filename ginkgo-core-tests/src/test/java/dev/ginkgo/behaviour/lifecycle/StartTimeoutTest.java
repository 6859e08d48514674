package dev.ginkgo.behaviour.lifecycle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StartTimeoutTest {

    @Test
    @DisplayName("L-06 an onStart that does not return in time is interrupted and rolled back; the error shows where"
            + " it waits")
    void interruptsAnOnStartThatHangs() {
        // Given
        TestService root = TestService.root();
        TestService a = root.child("a");
        TestService b = root.child("b")
                .withLifecycle(Lifecycle.standard().startTimeout(Duration.ofMillis(50)))
                .whenStarting(StartTimeoutTest::hang);

        // When
        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        // Then
        assertThat(thrown.path()).isEqualTo("test-service/b");
        assertThat(thrown).hasMessageStartingWith("test-service/b is not ready after 50 ms: onStart is blocked at ");
        assertThat(thrown.getCause()).isInstanceOf(TimeoutException.class).hasMessageContaining("start-timeout");
        assertThat(requireNonNull(thrown.getCause()).getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(StartTimeoutTest.class.getName())
                        && frame.getMethodName().equals("hang"));
        assertThat(root.events).containsExactly("a onStart", "b onStart", "b interrupted", "a onStop");
        assertThat(a.state()).isEqualTo(State.STOPPED);
        assertThat(b.state()).isEqualTo(State.FAILED);
        assertThat(root.state()).isEqualTo(State.FAILED);
    }

    @Test
    @DisplayName("L-06 a service that calls deferReady() and never ready() also times out, and the error says what is"
            + " missing")
    void timesOut_whenReadyIsNeverCalled() {
        TestService root = TestService.root()
                .withLifecycle(Lifecycle.standard().startTimeout(Duration.ofMillis(50)))
                .whenStarting(self -> {
                    self.deferReadiness();
                    self.waitingTask("connect");
                });

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown)
                .hasMessage(
                        "test-service is not ready after 50 ms: onStart returned after deferReady(), and neither ready()"
                                + " nor degraded() was called");
        assertThat(root.events).endsWith("root connect ends");
    }

    @Test
    @DisplayName("L-06 the timeout is ten seconds, or start-timeout in [ginkgo], or the value set by the service")
    void timeoutIsConfigurable() {
        TestService root = TestService.root().whenStarting(StartTimeoutTest::hang);
        Ginkgo.Builder builder =
                Ginkgo.of(root).configuration(Configuration.empty().text("test", "[ginkgo]\nstart-timeout = '40ms'"));

        StartException thrown = catchThrowableOfType(StartException.class, builder::start);

        assertThat(thrown).hasMessageContaining("not ready after 40 ms");
        assertThat(Ginkgo.of(TestService.root()).validate().settings())
                .anySatisfy(setting -> assertThat(setting.toString()).contains("start-timeout", "10s"));
    }

    @Test
    @DisplayName("L-06 the start time of children does not count")
    void childrenDoNotUseTheParentsTimeout() {
        TestService root = TestService.root().withLifecycle(Lifecycle.standard().startTimeout(Duration.ofMillis(200)));
        for (String name : new String[] {"a", "b", "c"}) {
            root.child(name)
                    .withLifecycle(Lifecycle.standard().startTimeout(Duration.ofSeconds(10)))
                    .whenStarting(self -> self.pause(Duration.ofMillis(100)));
        }

        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("L-07 after deferReady(), ready() wakes the waiting threads, and the start of the parent continues")
    void parentWaits_untilReadyIsCalled() {
        // Given
        CountDownLatch connected = new CountDownLatch(1);
        TestService root = TestService.root();
        TestService a = root.child("a").whenStarting(self -> {
            self.deferReadiness();
            self.task("connect", () -> {
                connected.await();
                self.record("ready");
                self.markReady();
            });
        });
        BackgroundThread start = BackgroundThread.run(root::start);
        BackgroundThread waiter = BackgroundThread.run(() -> a.awaitReady(Duration.ofMinutes(1)));
        org.awaitility.Awaitility.await().until(() -> a.state() == State.STARTING && waiter.isParked());
        assertThat(start.isDone()).isFalse();
        assertThat(waiter.isDone()).isFalse();

        // When
        connected.countDown();

        // Then
        assertThat(start.awaitThrown()).isNull();
        assertThat(waiter.awaitThrown()).isNull();
        assertThat(root.events).containsExactly("a onStart", "a ready", "root onStart");
        root.stop();
    }

    private static void hang(TestService self) throws InterruptedException {
        try {
            new CountDownLatch(1).await();
        } finally {
            self.record("interrupted");
        }
    }
}
