package dev.ginkgo.net.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ginkgo.Ginkgo;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AcceptFailureTest {

    @Test
    @DisplayName("N-10 an accept that fails because no file descriptors are left is retried after a pause")
    void retriesAccept_withoutFileDescriptors() throws Exception {
        // Given a listener whose first three accepts fail
        AtomicInteger accepts = new AtomicInteger();
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, TcpServerTest::echo, () -> new ServerSocket() {
            @Override
            public Socket accept() throws IOException {
                if (accepts.incrementAndGet() <= 3) {
                    throw new SocketException("Too many open files");
                }
                return super.accept();
            }
        });
        long startedAt = System.nanoTime();
        try (Ginkgo tree = Ginkgo.start(server);
                RawClient rawClient = RawClient.connect(server.address())) {
            // When
            rawClient.send("here\n");

            // Then the client is served after three pauses, and the next accept may be waiting
            assertThat(rawClient.readLine()).isEqualTo("<here>");
            assertThat(System.nanoTime() - startedAt).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(300));
            assertThat(accepts.get()).isBetween(4, 5);
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("N-10 T-09 a connection accepted during a stop is closed")
    void closesAConnection_acceptedDuringAStop() throws Exception {
        // Given a listener that returns the accepted socket only after the stop has begun
        BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
        CountDownLatch stopping = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        TcpServer server =
                new TcpServer(() -> RawClient.ANY_PORT, c -> handled.incrementAndGet(), () -> new ServerSocket() {
                    @Override
                    public Socket accept() throws IOException {
                        Socket socket = super.accept();
                        accepted.add(socket);
                        assertThat(catchThrowable(stopping::await)).isInstanceOf(InterruptedException.class);
                        return socket;
                    }
                });
        try (Ginkgo tree = Ginkgo.start(server);
                RawClient rawClient = RawClient.connect(server.address())) {
            Socket socket = accepted.poll(10, TimeUnit.SECONDS);
            assertThat(socket).isNotNull();

            // When
            tree.stop();

            // Then
            assertThat(socket.isClosed()).isTrue();
            rawClient.awaitEnd();
            assertThat(handled.get()).isZero();
        }
    }
}
