package dev.ginkgo.net.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.Address;
import dev.ginkgo.lifecycle.StopException;
import java.net.ConnectException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ServerStopTest {

    @Test
    @DisplayName("N-02 a stop interrupts the handlers and closes their connections and the listener")
    void stopEndsEveryConnection() throws Exception {
        // Given one handler that reads and one that sleeps
        CountDownLatch asleep = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, c -> {
            c.writeLine("hello");
            if ("sleep".equals(c.readLine())) {
                asleep.countDown();
                try {
                    new CountDownLatch(1).await(); // forever
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            }
        });
        try (Ginkgo tree = Ginkgo.start(server);
                RawClient reading = RawClient.connect(server.address());
                RawClient sleeping = RawClient.connect(server.address())) {
            Address address = server.address();
            assertThat(reading.readLine()).isEqualTo("hello");
            sleeping.send("sleep\n");
            assertThat(asleep.await(10, TimeUnit.SECONDS)).isTrue();

            // When
            tree.stop();

            // Then
            assertThat(interrupted.getCount()).isZero();
            reading.awaitEnd();
            sleeping.awaitEnd();
            assertThatThrownBy(() -> RawClient.connect(address)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    @DisplayName("N-02 T-02 a stop closes the connection of a handler that ignores interrupts, and reports the task")
    void closesTheConnection_ofAHandlerThatIgnoresInterrupts() throws Exception {
        // Given
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, c -> {
            started.countDown();
            awaitUninterruptibly(released);
        });
        Ginkgo tree = Ginkgo.start(server, "[ginkgo]\nstop-timeout = \"300ms\"");
        try (RawClient rawClient = RawClient.connect(server.address())) {
            assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();

            // When
            assertThatThrownBy(tree::stop)
                    .isInstanceOfSatisfying(
                            StopException.class,
                            e -> assertThat(e.leaks())
                                    .singleElement()
                                    .satisfies(leak ->
                                            assertThat(leak.task()).isEqualTo("connection-" + rawClient.local())));

            // Then
            rawClient.awaitEnd();
        } finally {
            released.countDown();
        }
    }

    @Test
    void startsAgain_afterAStop() throws Exception {
        // Given
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, TcpServerTest::echo);
        Ginkgo.start(server).stop();

        // When
        try (Ginkgo tree = Ginkgo.start(server);
                RawClient rawClient = RawClient.connect(server.address())) {
            rawClient.send("again\n");

            // Then
            assertThat(rawClient.readLine()).isEqualTo("<again>");
            assertThat(tree.status().ready()).isTrue();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // keep waiting
            }
        }
    }
}
