package dev.ginkgo.hub.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.testing.DirectStreamHub;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets of plain streams that are taken from Netty. */
class AdoptedSocketTest {
    private final AdoptionFixture fixture = new AdoptionFixture();

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    private static ByteBuf direct(String text) {
        return Unpooled.directBuffer().writeBytes(text.getBytes(US_ASCII));
    }

    private static String received(Socket client, int length) throws IOException {
        return new String(client.getInputStream().readNBytes(length), US_ASCII);
    }

    @Test
    @DisplayName("H-330 an adopted socket has no channel of Netty, and its writes reach the client in order")
    void adopted_writes() throws Exception {
        // Given
        AdoptionFixture.Link link = fixture.adopt();
        assertThat(link.channel.isRegistered()).isFalse();
        assertThat(link.connection().client()).isEqualTo(link.client.getLocalSocketAddress());

        // When: frames on and off the heap, one that is empty, and none
        ByteBuf first = direct("first ");
        fixture.onLoop(() -> {
            assertThat(link.connection().descriptor())
                    .isEqualTo(link.channel.fd().intValue());
            Future<?> written = link.connection()
                    .write(List.of(first, Unpooled.EMPTY_BUFFER, Unpooled.wrappedBuffer("second".getBytes(US_ASCII))));
            assertThat(written.isSuccess()).isTrue();
            assertThat(link.connection().write(List.of()).isSuccess()).isTrue();
            assertThat(link.connection().pendingBytes()).isZero();
            return null;
        });

        // Then
        assertThat(received(link.client, 12)).isEqualTo("first second");
        assertThat(first.refCnt()).isZero();
    }

    @Test
    @DisplayName("H-330 a channel with other handlers, or with something to write, is not adopted")
    void notAdopted() throws Exception {
        AdoptionFixture.Link handler = fixture.connect();
        handler.channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
        assertThat(fixture.start(fixture.adoption, handler)).isFalse();

        AdoptionFixture.Link writing = fixture.connect();
        fixture.onLoop(() -> {
            var _ = writing.channel.write(direct("unflushed"));
            assertThat(fixture.adoption.start(writing.channel, writing)).isFalse();
            writing.channel.flush();
            return null;
        });
        assertThat(received(writing.client, 9)).isEqualTo("unflushed");

        AdoptionFixture.Link closed = fixture.connect();
        closed.channel.close().sync();
        assertThat(fixture.start(fixture.adoption, closed)).isFalse();
        assertThat(fixture.failures).isEmpty();
    }

    @Test
    @DisplayName("H-331 a write to a full socket continues when there is room, with every byte once")
    void fullSocket_continues() throws Exception {
        // Given
        AdoptionFixture.Link link = fixture.adopt(4096);
        byte[] bytes = new byte[1 << 20];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ((i * 31) >>> 3);
        }
        ByteBuf large = Unpooled.directBuffer(bytes.length).writeBytes(bytes);
        ByteBuf last = Unpooled.wrappedBuffer("!".getBytes(US_ASCII));

        // When
        Future<?> written = fixture.onLoop(() -> {
            Future<?> result = link.connection().write(List.of(large, last));
            assertThat(result.isDone()).isFalse();
            assertThat(link.connection().pendingBytes()).isPositive();
            assertThat(link.connection().descriptor())
                    .as("nothing may overtake the pending bytes")
                    .isEqualTo(StreamConnection.NO_DESCRIPTOR);
            return result;
        });
        long before = fixture.onLoop(() -> link.connection().progress());

        // Then
        assertThat(link.client.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
        assertThat(received(link.client, 1)).isEqualTo("!");
        assertThat(written.await(20_000)).isTrue();
        assertThat(written.isSuccess()).isTrue();
        assertThat(fixture.onLoop(() -> link.connection().progress())).isNotEqualTo(before);
        assertThat(large.refCnt()).isZero();
        assertThat(last.refCnt()).isZero();
        assertThat(fixture.onLoop(() -> link.connection().descriptor())).isPositive();
    }

    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, StackOverflowError.class})
    @DisplayName(
            "H-338 an adopted connection that cannot continue its write because of an error ends, and no other one")
    void error_endsOneConnection(Class<? extends Error> error) throws Exception {
        // Given
        AdoptionFixture.Link link = fixture.adopt(4096);
        AdoptionFixture.Link other = fixture.adopt();
        ByteBuf large = Unpooled.directBuffer(1 << 20).writerIndex(1 << 20);
        ByteBuf failing = new UnpooledHeapByteBuf(UnpooledByteBufAllocator.DEFAULT, 8, 8) {
            @Override
            public boolean isDirect() {
                try {
                    throw error.getConstructor(String.class).newInstance("planned");
                } catch (ReflectiveOperationException e) {
                    throw new LinkageError("no such error", e);
                }
            }
        }.writerIndex(8);
        fixture.onLoop(() -> link.connection().write(List.of(large, failing)));

        // When
        link.client.getInputStream().readNBytes(1 << 20);

        // Then
        link.awaitEnd(DisconnectReason.ERROR);
        assertThat(large.refCnt()).isZero();
        assertThat(failing.refCnt()).isZero();
        fixture.onLoop(() -> writes(other, "still open"));
        assertThat(received(other.client, 10)).isEqualTo("still open");
    }

    @Test
    @DisplayName("H-332 input is discarded; FIN, a half-close and RST end the connection once, and its pending write")
    void endOfInput_endsConnection() throws Exception {
        // Input alone does not
        AdoptionFixture.Link fin = fixture.adopt();
        fin.client.getOutputStream().write(new byte[100_000]);
        fixture.onLoop(() -> writes(fin, "still open"));
        assertThat(received(fin.client, 10)).isEqualTo("still open");
        fin.client.close();
        fin.awaitEnd(DisconnectReason.CLIENT);

        AdoptionFixture.Link halfClosed = fixture.adopt();
        halfClosed.client.getOutputStream().write(1);
        halfClosed.client.shutdownOutput();
        halfClosed.awaitEnd(DisconnectReason.CLIENT);

        AdoptionFixture.Link reset = fixture.adopt(4096);
        ByteBuf large = Unpooled.directBuffer(1 << 20).writerIndex(1 << 20);
        Future<?> written = fixture.onLoop(() -> reset.connection().write(List.of(large)));
        reset.client.setSoLinger(true, 0);
        reset.client.close();
        reset.awaitEnd(DisconnectReason.CLIENT);
        assertThat(written.await(20_000)).isTrue();
        assertThat(written.isSuccess()).isFalse();
        assertThat(large.refCnt()).isZero();
    }

    private static boolean writes(AdoptionFixture.Link link, String text) {
        return link.connection().write(List.of(direct(text))).isSuccess();
    }

    @Test
    @DisplayName(
            "H-332 what arrives while a socket changes its owner is not lost: the end of the input ends the connection")
    void endDuringAdoption() throws Exception {
        for (int i = 0; i < 20; i++) {
            AdoptionFixture.Link link = fixture.connect();
            if (i % 2 == 0) {
                link.client.setSoLinger(true, 0);
            }
            fixture.onLoop(() -> {
                boolean started = fixture.adoption.start(link.channel, link);
                link.client.close(); // before the channel has been deregistered
                return started;
            });
            DirectStreamHub.soon().until(() -> link.ends.get() == 1);
            assertThat(link.channel.fd().isOpen()).isFalse();
        }
        assertThat(fixture.failures).isEmpty();
    }

    @Test
    @DisplayName(
            "H-332 a close by any thread, by the loop or by the channel that had the socket ends the connection once")
    void close_endsConnection() throws Exception {
        AdoptionFixture.Link marked = fixture.adopt();
        marked.connection().mark(DisconnectReason.STALLED);
        marked.connection().mark(DisconnectReason.STOPPING);
        marked.connection().close();
        marked.connection().close();
        marked.awaitEnd(DisconnectReason.STALLED);
        assertThat(marked.client.getInputStream().read()).isEqualTo(-1);

        AdoptionFixture.Link byChannel = fixture.adopt();
        byChannel.channel.close().sync();
        byChannel.awaitEnd(DisconnectReason.CLIENT);

        // Closed between the deregistration and the registration
        AdoptionFixture.Link during = fixture.connect();
        fixture.onLoop(() -> {
            boolean started = fixture.adoption.start(during.channel, during);
            var _ = during.channel.close();
            return started;
        });
        during.awaitEnd(DisconnectReason.CLIENT);
        assertThat(during.adopted).isNull();

        // A write after the end fails, and releases its frames
        ByteBuf late = direct("late");
        assertThat(fixture.onLoop(() -> marked.connection().write(List.of(late)).isSuccess()))
                .isFalse();
        assertThat(late.refCnt()).isZero();
        assertThat(fixture.onLoop(() -> marked.connection().descriptor())).isEqualTo(StreamConnection.NO_DESCRIPTOR);
    }

    @Test
    @DisplayName("H-333 a socket that cannot be registered stays with Netty, which notices all that happens to it")
    void failedRegistration_keepsChannel() throws Exception {
        SocketAdoption failing = new SocketAdoption(
                fixture.loop, _ -> fixture.loop.newFailedFuture(new IOException("planned")), fixture.failures::add);
        AdoptionFixture.Link link = fixture.connect();

        // When
        assertThat(fixture.start(failing, link)).isTrue();
        DirectStreamHub.soon().until(() -> link.kept);

        // Then
        assertThat(fixture.failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("cannot be registered"));
        assertThat(link.channel.isRegistered()).isTrue();
        link.channel.writeAndFlush(direct("by Netty")).sync();
        assertThat(received(link.client, 8)).isEqualTo("by Netty");
        link.client.getOutputStream().write(1);
        link.client.close();
        link.awaitEnd(DisconnectReason.CLIENT);
    }

    @Test
    @DisplayName(
            "H-354 a participant that fails while a socket is adopted does not keep others from being notified: the"
                    + " connection ends once")
    void failingParticipant_leaksNothing() throws Exception {
        // Given
        AdoptionFixture.Link link = fixture.connect();
        AtomicInteger adopted = new AtomicInteger();
        fixture.onLoop(() -> {
            ConnectionLifetime lifetime = ConnectionLifetime.of(link.channel);
            lifetime.add(new ConnectionLifetime.Participant() {
                @Override
                public void connectionClosed(DisconnectReason reason) {
                    // nothing to end
                }

                @Override
                public void socketAdopted(Channel channel) {
                    throw new OutOfMemoryError("planned");
                }
            });
            lifetime.add(new ConnectionLifetime.Participant() {
                @Override
                public void connectionClosed(DisconnectReason reason) {
                    // nothing to end
                }

                @Override
                public void socketAdopted(Channel channel) {
                    adopted.incrementAndGet();
                }
            });
            return null;
        });

        // When
        assertThat(fixture.start(fixture.adoption, link)).isTrue();
        DirectStreamHub.soon().until(() -> link.adopted != null || link.kept);

        // Then
        assertThat(link.adopted).isNotNull();
        assertThat(adopted).hasValue(1);
        assertThat(fixture.failures).isEmpty();
        link.client.close();
        link.awaitEnd(DisconnectReason.CLIENT);
    }

    @Test
    @DisplayName("H-354 a socket whose new owner fails to take it is closed, so that its client connects again")
    void failingListener_endsConnection() throws Exception {
        AdoptionFixture.Link link = fixture.connect();
        fixture.onLoop(() -> fixture.adoption.start(link.channel, new SocketAdoption.Listener() {
            @Override
            public void adopted(StreamConnection connection) {
                throw new OutOfMemoryError("planned");
            }

            @Override
            public void kept() {
                throw new AssertionError("not expected");
            }
        }));
        link.awaitEnd(DisconnectReason.ERROR);
    }

    @Test
    @DisplayName("H-354 a socket that stays with Netty, but whose owner fails to continue, is closed")
    void failingOwner_endsConnection() throws Exception {
        SocketAdoption failing = new SocketAdoption(
                fixture.loop, _ -> fixture.loop.newFailedFuture(new IOException("planned")), fixture.failures::add);
        AdoptionFixture.Link link = fixture.connect();
        fixture.onLoop(() -> failing.start(link.channel, new SocketAdoption.Listener() {
            @Override
            public void adopted(StreamConnection connection) {
                throw new AssertionError("not expected");
            }

            @Override
            public void kept() {
                throw new OutOfMemoryError("planned");
            }
        }));
        link.awaitEnd(DisconnectReason.ERROR);
    }

    @Test
    @DisplayName("H-333 a socket stays with Netty also if the failure of its adoption cannot be reported")
    void failingReport_keepsChannel() throws Exception {
        SocketAdoption failing =
                new SocketAdoption(fixture.loop, _ -> fixture.loop.newFailedFuture(new IOException("planned")), _ -> {
                    throw new OutOfMemoryError("planned");
                });
        AdoptionFixture.Link link = fixture.connect();
        assertThat(fixture.start(failing, link)).isTrue();
        DirectStreamHub.soon().until(() -> link.kept);
        link.client.close();
        link.awaitEnd(DisconnectReason.CLIENT);
    }

    @Test
    @DisplayName(
            "H-355 a connection that is closed by the channel that had its socket ends for the reason of the channel")
    void closeByChannel_hasItsReason() throws Exception {
        AdoptionFixture.Link link = fixture.adopt();
        DisconnectReason.STOPPING.mark(link.channel); // by a thread that has not seen the adoption yet
        link.channel.close().sync();
        link.awaitEnd(DisconnectReason.STOPPING);
    }

    @Test
    @DisplayName("H-334 thousands of connections leave no descriptor, however they end, and each ends once")
    void manyConnections_leakNothing() throws Exception {
        long before = AdoptionFixture.sockets();
        List<AdoptionFixture.Link> links = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            List<AdoptionFixture.Link> some = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                some.add(fixture.connect());
            }
            fixture.onLoop(() -> {
                for (AdoptionFixture.Link each : some) {
                    assertThat(fixture.adoption.start(each.channel, each)).isTrue();
                }
                return null;
            });
            fixture.onLoop(() -> true);
            for (int i = 0; i < some.size(); i++) {
                AdoptionFixture.Link link = some.get(i);
                switch (i % 3) {
                    case 0 -> link.client.setSoLinger(true, 0);
                    case 1 -> link.connection().close();
                    default -> {
                        // an ordinary close
                    }
                }
                link.client.close();
            }
            links.addAll(some);
        }
        DirectStreamHub.soon().until(() -> fixture.open() == 0);
        assertThat(links).allSatisfy(each -> assertThat(each.ends).hasValue(1));
        assertThat(links).allSatisfy(each -> assertThat(each.adopted).isNotNull());
        DirectStreamHub.soon().until(() -> AdoptionFixture.sockets() <= before);
    }
}
