package dev.ginkgo.hub.compression;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Blocks that can stand anywhere in a stream, and messages. */
class CompressorTest {
    private static final int UNLIMITED = 16 << 20;

    private final Random random = new Random(1);

    private byte[] text(int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append("{\"sensor\":")
                    .append(random.nextInt(50))
                    .append(",\"value\":")
                    .append(random.nextInt());
        }
        return text.substring(0, length).getBytes(UTF_8);
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    @Test
    @DisplayName("H-250 blocks of several compressors, in any order, and stored ones are one valid gzip member")
    void blocksInAnyOrder_areOneMember() throws Exception {
        try (CompressorPool pool = new CompressorPool()) {
            // Given blocks of every length and kind
            List<byte[]> plain = new ArrayList<>(List.of(noise(0), noise(1), noise(300), noise(70_000), text(2 << 20)));
            for (int i = 0; i < 60; i++) {
                plain.add(text(1 + random.nextInt(i < 50 ? 500 : 40_000)));
            }
            List<byte[]> blocks = new ArrayList<>();
            for (byte[] each : plain) {
                blocks.add(pool.apply(one -> pool.apply(other -> ByteBufUtil.getBytes(
                        (random.nextBoolean() ? one : other).compress(Unpooled.wrappedBuffer(each))))));
            }

            for (int run = 0; run < 5; run++) {
                // When a stream contains some of them, between data of its own
                ByteBuf stream = Unpooled.buffer();
                ByteArrayOutputStream expected = new ByteArrayOutputStream();
                GzipStream gzip = new GzipStream();
                GzipStream.writeHeader(stream);
                for (int i = 0; i < 40; i++) {
                    int index = random.nextInt(blocks.size());
                    stream.writeBytes(blocks.get(index));
                    gzip.append(Checksum.of(Unpooled.wrappedBuffer(plain.get(index))));
                    expected.write(plain.get(index));
                    byte[] own = text(i == 20 ? 100_000 : random.nextInt(100));
                    gzip.writeStored(Unpooled.wrappedBuffer(own), stream);
                    expected.write(own);
                }
                gzip.writeEnd(stream);

                // Then its checksum and its length are right, too
                try (GZIPInputStream in = new GZIPInputStream(new ByteBufInputStream(stream))) {
                    assertThat(in.readAllBytes()).isEqualTo(expected.toByteArray());
                }
            }
        }
    }

    @Test
    @DisplayName("H-250 the checksum of a concatenation follows from those of its parts")
    void checksums_areCombined() {
        CRC32 whole = new CRC32();
        int combined = 0;
        for (int length : new int[] {0, 1, 7, 8, 255, 256, 65_535, 65_536, 1_000_003}) {
            byte[] part = noise(length);
            whole.update(part);
            combined = Checksum.of(Unpooled.wrappedBuffer(part)).append(combined);
            assertThat(combined).isEqualTo((int) whole.getValue());
        }
        assertThat(Checksum.EMPTY.append(combined)).isEqualTo(combined);
    }

    @Test
    @DisplayName("H-256 a compressed message refers to at most 4 KiB before, and is decompressed without any other")
    void messages_haveSmallWindow() throws Exception {
        try (CompressorPool pool = new CompressorPool()) {
            // Given a message whose second half is equal to the first one, but further away than the window
            byte[] half = noise(6_000);
            byte[] message = Unpooled.buffer().writeBytes(half).writeBytes(half).array();
            byte[] near = Unpooled.buffer()
                    .writeBytes(half, 0, 2_000)
                    .writeBytes(half, 0, 2_000)
                    .array();

            assertThat(compressed(pool, message).length).isGreaterThan(11_000);
            assertThat(compressed(pool, near).length).isLessThan(2_500);
            for (byte[] each : List.of(message, near, text(1), text(4096), text(4097), text(100_000))) {
                assertThat(ByteBufUtil.getBytes(inflate(compressed(pool, each), UNLIMITED)))
                        .isEqualTo(each);
            }
        }
    }

    private static byte[] compressed(CompressorPool pool, byte[] message) {
        byte[] blocks = pool.apply(compressor ->
                ByteBufUtil.getBytes(compressor.compressWithSmallWindow(Unpooled.wrappedBuffer(message))));
        return Unpooled.copiedBuffer(blocks, 0, blocks.length - 4).array();
    }

    private static ByteBuf inflate(byte[] compressed, int maxLength) throws Exception {
        return MessageInflater.inflate(Unpooled.wrappedBuffer(compressed), maxLength, _ -> {});
    }

    @Test
    @DisplayName("H-257 a message that is too long when it is decompressed takes no more memory than the maximum")
    void bombs_areBounded() throws Exception {
        try (CompressorPool pool = new CompressorPool()) {
            byte[] bomb = compressed(pool, new byte[900_000]);
            assertThat(bomb.length).isLessThan(10_000);
            List<Integer> reserved = new ArrayList<>();
            assertThatThrownBy(() -> MessageInflater.inflate(Unpooled.wrappedBuffer(bomb), 65_536, reserved::add))
                    .isInstanceOf(MessageInflater.TooLongException.class)
                    .hasMessageContaining("65536");
            assertThat(reserved).isSorted().last().isEqualTo(65_537);
            assertThat(inflate(bomb, 900_000).readableBytes()).isEqualTo(900_000);
            assertThatThrownBy(() -> inflate(bomb, 899_999)).isInstanceOf(MessageInflater.TooLongException.class);
            assertThatThrownBy(() -> inflate(noise(500), UNLIMITED)).isInstanceOf(DataFormatException.class);
            assertThat(inflate(new byte[] {0}, 10).readableBytes()).isZero();
        }
    }
}
