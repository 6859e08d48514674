package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FrameTest {
    private static final NodeIncarnation A = new NodeIncarnation("10.0.0.1:4440", 1_763_942_400_000L);
    private static final NodeIncarnation B = new NodeIncarnation("ünï", 2);
    private static final Envelope PLAIN = new Envelope(
            A, 7, 3, "/numbers", false, "42".getBytes(StandardCharsets.UTF_8), 1_763_942_400_123L, Optional.empty());
    private static final Envelope FENCED =
            new Envelope(A, 8, 7, "/ünïcode", true, new byte[0], -1, Optional.of(new Epoch("raft-1", 12)));

    private static Frame reread(Frame.Body body) throws InvalidFrameException {
        Frame frame = FrameReader.read(FrameWriter.write(new Frame(A, B, body)));
        assertThat(frame.from()).isEqualTo(A);
        assertThat(frame.to()).isEqualTo(B);
        return frame;
    }

    @Test
    @DisplayName("what is written is read again")
    void roundTrip() throws InvalidFrameException {
        SequenceRange sequenceRange = new SequenceRange(A, 7, 100);
        Frame.Heartbeat heartbeat = new Frame.Heartbeat(99, true, Map.of(A, 7L, B, 0L));
        assertThat(reread(heartbeat).body()).isEqualTo(heartbeat);
        assertThat(reread(new Frame.RangeRequest(sequenceRange)).body())
                .isEqualTo(new Frame.RangeRequest(sequenceRange));

        SnapshotChunk.Watermark watermark = new SnapshotChunk.Watermark(1, 2, 3);
        Frame.SnapshotReply all = new Frame.SnapshotReply(new SnapshotChunk(
                3,
                List.of(
                        new SnapshotChunk.Item(PLAIN, 9, List.of(watermark)),
                        new SnapshotChunk.Item(FENCED, 0, List.of())),
                5,
                Map.of(B, 4L),
                Optional.of(new SnapshotChunk.End(true, Map.of(A, 8L), List.of(watermark, watermark)))));
        assertThat(reread(all).body()).usingRecursiveComparison().isEqualTo(all);
        assertThat(reread(new Frame.SnapshotRequest(5)).body()).isEqualTo(new Frame.SnapshotRequest(5));

        Frame.Messages messages = (Frame.Messages)
                reread(new Frame.Messages(List.of(PLAIN, FENCED))).body();
        assertThat(messages.messages()).usingRecursiveComparison().isEqualTo(List.of(PLAIN, FENCED));

        Frame.RangeReply rangeReply = (Frame.RangeReply)
                reread(new Frame.RangeReply(new RangeResponse(sequenceRange, List.of(PLAIN, FENCED), 50)))
                        .body();
        assertThat(rangeReply.response().range()).isEqualTo(sequenceRange);
        assertThat(rangeReply.response().through()).isEqualTo(50);
        assertThat(rangeReply.response().messages()).usingRecursiveComparison().isEqualTo(List.of(PLAIN, FENCED));
    }

    @Test
    @DisplayName(
            "K-17 another version, an unknown kind, a wrong order and a claim of 2 GB are refused, each with its reason")
    void strict() {
        byte[] good = FrameWriter.write(new Frame(A, B, new Frame.Messages(List.of(PLAIN))));
        assertThatThrownBy(() -> FrameReader.read(changed(good, 0, 'G'))).hasMessageContaining("begin");
        assertThatThrownBy(() -> FrameReader.read(changed(good, 2, 9))).hasMessageContaining("version 9");
        assertThatThrownBy(() -> FrameReader.read(changed(good, 3, 77))).hasMessageContaining("kind is 77");
        assertThatThrownBy(() -> FrameReader.read(changed(good, good.length - 6, 0x7f)))
                .hasMessageContaining("claims to have 2130706434 bytes");
        assertThatThrownBy(() -> FrameReader.read(Arrays.copyOf(
                        FrameWriter.write(new Frame(A, B, new Frame.Heartbeat(1, true, Map.of()))), good.length)))
                .hasMessageContaining("1 to 255 characters");
        assertThatThrownBy(() -> FrameReader.read(new byte[0])).hasMessageContaining("too early");
        byte[] all = FrameWriter.write(new Frame(A, B, new Frame.SnapshotRequest(5)));
        assertThatThrownBy(() -> FrameReader.read(changed(all, all.length - Long.BYTES, 0xff)))
                .isInstanceOf(InvalidFrameException.class)
                .hasMessageContaining("from -72057594037927931 on");
    }

    private static byte[] changed(byte[] bytes, int at, int to) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) to;
        return changed;
    }

    @Test
    @DisplayName("K-17 no cut and no change of bytes makes a frame do anything but be read or be refused")
    void neverHarms() {
        neverHarms(new Frame.RangeReply(new RangeResponse(new SequenceRange(A, 1, 100), List.of(PLAIN, FENCED), 50)));
        neverHarms(new Frame.SnapshotReply(new SnapshotChunk(
                0,
                List.of(new SnapshotChunk.Item(FENCED, 1, List.of(new SnapshotChunk.Watermark(1, 2, 3)))),
                1,
                Map.of(A, 1L),
                Optional.of(
                        new SnapshotChunk.End(false, Map.of(B, 2L), List.of(new SnapshotChunk.Watermark(1, 2, 3)))))));
    }

    private static void neverHarms(Frame.Body body) {
        byte[] good = FrameWriter.write(new Frame(A, B, body));
        for (int length = 0; length < good.length; length++) {
            readOrReject(Arrays.copyOf(good, length));
        }
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(4, bytes.length)] = (byte) random.nextInt();
            }
            readOrReject(bytes);
        }
    }

    private static void readOrReject(byte[] bytes) {
        try {
            assertThat(FrameReader.read(bytes)).isNotNull();
        } catch (InvalidFrameException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
