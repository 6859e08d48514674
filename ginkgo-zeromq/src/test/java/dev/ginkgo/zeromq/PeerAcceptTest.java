package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Address;
import dev.ginkgo.time.TimeSource;
import dev.ginkgo.zeromq.zmtp.Mechanism;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PeerAcceptTest {
    private static final SubscriberSocket.Receiver NONE = new SubscriberSocket.Receiver() {
        @Override
        public void received(byte[] frame) {
            throw new AssertionError("a frame");
        }

        @Override
        public void receivedMultipart() {
            throw new AssertionError("a multipart message");
        }
    };

    @Test
    @DisplayName(
            "H-392 a connection of a peer that cannot be accepted, because no file descriptors are left, is accepted after a"
                    + " pause, in which the event loop sleeps")
    void failedAccept_isRepeatedAfterPause() throws Exception {
        AtomicInteger accepts = new AtomicInteger();
        try (EventSelector selector = new EventSelector(TimeSource.system());
                ServerSocketChannel server = ZmqSockets.listen(new Address("127.0.0.1", 0))) {
            // Given a listener whose first accept fails
            SubscriberSocket.Acceptor acceptor = () -> {
                if (accepts.incrementAndGet() == 1) {
                    throw new IOException("Too many open files");
                }
                return server.accept();
            };
            SubscriberSocket subscriber =
                    new SubscriberSocket(server, acceptor, selector, () -> Mechanism.unencrypted("SUB"), 1_000, NONE);
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setSoTimeout(20_000);
                selector.select(20_000);
                assertThat(accepts).hasValue(1);

                // When the event loop goes on
                for (int turn = 0; turn < 10; turn++) {
                    selector.select(1);
                }
                assertThat(accepts).hasValue(1);
                subscriber.step(
                        TimeSource.system().nanos() + Duration.ofMinutes(1).toNanos());
                selector.select(20_000);

                // Then
                assertThat(accepts).hasValue(2);
                assertThat(client.getInputStream().read()).isEqualTo(0xff);
            }
            subscriber.close();
        }
    }
}
