package dev.ginkgo.net.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WriteTimeoutTest {

    @Test
    @DisplayName("N-03 a peer that stops reading ends its handler after the write timeout; others are still served")
    void endsTheHandler_whenThePeerDoesNotRead() throws Exception {
        // Given a handler that writes without end
        BlockingQueue<IOException> exceptions = new LinkedBlockingQueue<>();
        AtomicLong written = new AtomicLong();
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, c -> {
            if ("echo".equals(c.readLine())) {
                TcpServerTest.echo(c);
                return;
            }
            byte[] chunk = new byte[100_000];
            try {
                while (true) {
                    c.write(chunk);
                    written.addAndGet(chunk.length);
                }
            } catch (IOException e) {
                exceptions.add(e);
            }
        });
        try (Ginkgo tree = Ginkgo.start(server, "write-timeout = \"200ms\"");
                RawClient slow = RawClient.connect(server.address());
                RawClient other = RawClient.connect(server.address())) {
            // When
            slow.send("write\n");

            // Then
            assertThat(exceptions.poll(10, TimeUnit.SECONDS))
                    .hasMessage("peer " + slow.local() + " did not read for 200 ms");
            // Only the kernel's buffers were filled, and no more.
            assertThat(written.get()).isLessThan(64L << 20);
            other.send("echo\nhere\n");
            assertThat(other.readLine()).isEqualTo("<here>");
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("N-03 a connection whose writes succeed is not affected")
    void keepsAConnection_whosePeerReads() throws Exception {
        // Given
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, TcpServerTest::echo);
        try (Ginkgo tree = Ginkgo.start(server, "write-timeout = \"50ms\"");
                RawClient rawClient = RawClient.connect(server.address())) {
            // When the exchange takes many times the write timeout
            for (int i = 0; i < 500; i++) {
                rawClient.send("line " + i + "\n");
                assertThat(rawClient.readLine()).isEqualTo("<line " + i + ">");
            }

            // Then
            assertThat(tree.status().ready()).isTrue();
        }
    }
}
