package dev.ginkgo.zeromq.zmtp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ZmtpConnectionTest {
    private static final int MAX_FRAME_BYTES = 8 * 1024 * 1024;
    private static final byte[] SECRET_KEY = CurveBox.random(CurveBox.KEY_BYTES);
    private static final byte[] PUBLIC_KEY = CurveBox.publicKeyOf(SECRET_KEY);

    private static Mechanism client(byte[] publicKey, byte[] secretKey) {
        return Mechanism.curveClient("XPUB", publicKey, secretKey);
    }

    private static Mechanism server() {
        return Mechanism.curveServer("SUB", PUBLIC_KEY, SECRET_KEY);
    }

    /** Two connections, between which the test carries the bytes. */
    private static final class Pair {
        final Side client;
        final Side server;

        Pair(Mechanism clientMechanism, Mechanism serverMechanism) throws IOException {
            client = new Side(clientMechanism);
            server = new Side(serverMechanism);
        }

        /** Carries bytes in both directions until there are none. */
        void carry(Change changeOfClient) {
            for (boolean any = true; any; ) {
                any = client.carryTo(server, changeOfClient);
                any |= server.carryTo(client, (_, _) -> {});
            }
        }
    }

    /** Changes bytes, of which the first one has a position in the stream. */
    private interface Change {
        void apply(byte[] bytes, long position);
    }

    /** One side, and the channel of its connection. */
    private static final class Side implements ZmtpConnection.Listener, ReadableByteChannel, GatheringByteChannel {
        final List<String> received = new ArrayList<>();
        boolean handshaken;

        @Nullable
        IOException failure;

        private final ZmtpConnection connection;
        private ByteBuffer input = ByteBuffer.allocate(0);
        private final ByteArrayOutputStream output = new ByteArrayOutputStream();
        private long carried;
        private boolean open = true;

        int acceptedPerWrite = Integer.MAX_VALUE;
        long offered; // to all writes

        Side(Mechanism mechanism) throws IOException {
            connection = new ZmtpConnection(this, this, _ -> {}, mechanism, MAX_FRAME_BYTES, this);
        }

        boolean carryTo(Side other, Change change) {
            byte[] bytes = output.toByteArray();
            output.reset();
            if (bytes.length > 0) {
                change.apply(bytes, carried);
                carried += bytes.length;
                other.feed(bytes);
            }
            return bytes.length > 0;
        }

        void feed(byte[] bytes) {
            input = ByteBuffer.wrap(bytes);
            try {
                while (input.hasRemaining() && open) {
                    connection.read(ByteBuffer.allocate(1_000));
                }
            } catch (IOException e) {
                failure = e;
                connection.close();
            }
        }

        void send(String text) throws IOException {
            connection.send(text.getBytes(StandardCharsets.UTF_8));
            connection.flush();
        }

        @Override
        public void handshaken() {
            handshaken = true;
        }

        @Override
        public void received(byte[] body, boolean more) {
            received.add(new String(body, StandardCharsets.UTF_8));
        }

        @Override
        public int read(ByteBuffer target) {
            int count = Math.min(target.remaining(), input.remaining());
            target.put(input.slice(input.position(), count));
            input.position(input.position() + count);
            return count;
        }

        @Override
        public int write(ByteBuffer source) {
            return (int) write(new ByteBuffer[] {source}, 0, 1);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            int accepted = 0;
            for (ByteBuffer each : Arrays.copyOfRange(sources, offset, offset + length)) {
                offered += each.remaining();
                byte[] bytes = new byte[Math.min(each.remaining(), acceptedPerWrite - accepted)];
                each.get(bytes);
                output.writeBytes(bytes);
                accepted += bytes.length;
            }
            return accepted;
        }

        @Override
        public long write(ByteBuffer[] sources) {
            return write(sources, 0, sources.length);
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    @Test
    @DisplayName("K-77 encrypted messages arrive in order, and do not appear on the wire")
    void encryptedMessages_arrive() throws Exception {
        Pair pair = new Pair(client(PUBLIC_KEY, SECRET_KEY), server());
        pair.carry((_, _) -> {});
        assertThat(pair.client.handshaken && pair.server.handshaken).isTrue();
        pair.client.send("first message");
        pair.client.send("second message");
        pair.server.send("response");
        pair.carry((bytes, _) ->
                assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("first", "second"));
        assertThat(pair.server.received).containsExactly("first message", "second message");
        assertThat(pair.client.received).containsExactly("response");
    }

    @Test
    @DisplayName("K-77 a client that lacks one of the two keys, or uses no encryption, gets no connection")
    void wrongKeys_noHandshake() throws Exception {
        byte[] otherSecret = CurveBox.random(CurveBox.KEY_BYTES);
        List<Supplier<Mechanism>> clients = List.of(
                () -> client(CurveBox.publicKeyOf(otherSecret), otherSecret),
                () -> client(PUBLIC_KEY, otherSecret),
                () -> client(CurveBox.publicKeyOf(otherSecret), SECRET_KEY),
                () -> Mechanism.unencrypted("XPUB"));
        for (Supplier<Mechanism> each : clients) {
            Pair pair = new Pair(each.get(), server());
            pair.carry((_, _) -> {});
            assertThat(pair.server.handshaken).isFalse();
            assertThat(pair.server.failure).isNotNull();
        }
    }

    @Test
    @DisplayName("K-77 whichever byte of an encrypted connection is changed, no changed message arrives")
    void changedByte_noChangedMessage() throws Exception {
        Random random = new Random(1);
        for (int round = 0; round < 60; round++) {
            int changedAt = random.nextInt(800);
            int flip = 1 << random.nextInt(8);
            Pair pair = new Pair(client(PUBLIC_KEY, SECRET_KEY), server());
            Change change = (bytes, position) -> {
                if (changedAt >= position && changedAt < position + bytes.length) {
                    bytes[(int) (changedAt - position)] ^= (byte) flip;
                }
            };
            pair.carry(change);
            if (pair.client.handshaken && pair.client.failure == null) {
                pair.client.send("a message");
                pair.client.send("another one");
                pair.carry(change);
            }
            assertThat(pair.server.received)
                    .as("byte %d ^ %d", changedAt, flip)
                    .isEqualTo(List.of("a message", "another one").subList(0, pair.server.received.size()));
        }
    }

    @Test
    @DisplayName("K-77 a repeated encrypted message ends the connection")
    void repeatedMessage_endsConnection() throws Exception {
        Pair pair = new Pair(client(PUBLIC_KEY, SECRET_KEY), server());
        pair.carry((_, _) -> {});
        pair.client.send("once");
        List<byte[]> recorded = new ArrayList<>();
        pair.carry((bytes, _) -> recorded.add(bytes.clone()));
        for (byte[] each : recorded) {
            pair.server.feed(each);
        }
        assertThat(pair.server.received).containsExactly("once");
        assertThat(requireNonNull(pair.server.failure)).hasMessageContaining("message 3 after message 3");
    }

    @Test
    @DisplayName("K-77 random changes of an unencrypted stream are read, or end the connection")
    void randomChanges_areReadOrEndConnection() throws Exception {
        Random random = new Random(2);
        for (int round = 0; round < 200; round++) {
            Pair pair = new Pair(Mechanism.unencrypted("XPUB"), Mechanism.unencrypted("SUB"));
            Change change = (bytes, _) -> {
                for (int i = random.nextInt(4); i > 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            };
            pair.carry(change);
            pair.client.send("message");
            pair.client.send("x".repeat(300));
            pair.carry(change);
            assertThat(pair.server.received.size()).isLessThanOrEqualTo(200);
        }
    }

    @Test
    @DisplayName("K-77 the memory for a frame grows with what has arrived, not with the length that it announces")
    void announcedLength_allocatesNothing() throws Exception {
        Pair pair = new Pair(Mechanism.unencrypted("XPUB"), Mechanism.unencrypted("SUB"));
        pair.carry((_, _) -> {});
        byte[] header =
                ByteBuffer.allocate(9).put((byte) 2).putLong(MAX_FRAME_BYTES).array();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        pair.server.feed(header);
        long before = threads.getCurrentThreadAllocatedBytes();
        pair.server.feed(new byte[100]);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1024 * 1024);

        pair.server.feed(ByteBuffer.allocate(MAX_FRAME_BYTES - 100).array());
        assertThat(pair.server.received).hasSize(1);
        pair.server.feed(ByteBuffer.allocate(9)
                .put((byte) 2)
                .putLong(MAX_FRAME_BYTES + 1)
                .array());
        assertThat(requireNonNull(pair.server.failure)).hasMessageContaining("the maximum is " + MAX_FRAME_BYTES);
    }

    @Test
    @DisplayName("K-86 what a socket does not accept of a large frame is not copied again for each write")
    void largeFrame_isOfferedInParts() throws Exception {
        // Given a socket that accepts 100 kB at once
        Pair pair = new Pair(Mechanism.unencrypted("XPUB"), Mechanism.unencrypted("SUB"));
        pair.carry((_, _) -> {});
        pair.client.acceptedPerWrite = 100_000;

        // When frames with 8 MiB are written
        String text = "0123456789abcdef".repeat(MAX_FRAME_BYTES / 32);
        pair.client.connection.send(text.getBytes(StandardCharsets.UTF_8));
        pair.client.connection.send(text.getBytes(StandardCharsets.UTF_8));
        pair.client.offered = 0;
        for (int writes = 0; pair.client.output.size() < MAX_FRAME_BYTES; writes++) {
            assertThat(writes).isLessThan(MAX_FRAME_BYTES / 100_000 + 10);
            pair.client.connection.flush();
        }

        // Then the JDK, which copies what it is offered, has copied a multiple of that which does not depend on the
        // size
        assertThat(pair.client.offered).isLessThan(4L * MAX_FRAME_BYTES);
        pair.carry((_, _) -> {});
        assertThat(pair.server.received).containsExactly(text, text);
    }

    @Test
    @DisplayName("H-393 for a connection that has not shown the key of the cluster, no keys are generated")
    void connectionWithoutKey_generatesNoKeys() {
        // Given what one generation of keys allocates
        long ofKeys = allocatedBy(() -> CurveBox.publicKeyOf(SECRET_KEY));

        // When a connection is accepted
        long ofConnection = allocatedBy(ZmtpConnectionTest::server);

        // Then
        assertThat(ofConnection).isLessThan(ofKeys);
    }

    private static long allocatedBy(Supplier<Object> action) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var _ = action.get(); // loads classes
        long before = threads.getCurrentThreadAllocatedBytes();
        var _ = action.get();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
