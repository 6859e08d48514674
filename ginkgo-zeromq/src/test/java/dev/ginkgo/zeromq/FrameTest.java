package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.IdempotencyRecord;
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
    private static final Envelope KEYED = new Envelope(
            A,
            9,
            0,
            "/n",
            false,
            new byte[] {'x'},
            0,
            Optional.empty(),
            Optional.of(new IdempotencyRecord(
                    new IdempotencyKey("0b5c9e52", "digest", Long.MIN_VALUE + 1), "AAcB", 1_000_000)));

    private static final Envelope FROM_CLIENT = new Envelope(
            A, 10, 9, "/n", false, new byte[] {'x'}, 0, Optional.empty(), Optional.empty(), Long.MIN_VALUE + 2);

    private static Frame writeAndRead(Frame.Body body) throws InvalidFrameException {
        Frame frame = FrameReader.read(FrameWriter.write(new Frame(A, B, body), Frame.Features.SUPPORTED));
        assertThat(frame.from()).isEqualTo(A);
        assertThat(frame.to()).isEqualTo(B);
        return frame;
    }

    @Test
    @DisplayName("frames that are written can be read back")
    void roundTrip() throws InvalidFrameException {
        SequenceRange sequenceRange = new SequenceRange(A, 7, 100);
        Frame.Heartbeat heartbeat = new Frame.Heartbeat(99, true, Map.of(A, 7L, B, 0L));
        assertThat(writeAndRead(heartbeat).body()).isEqualTo(heartbeat);
        assertThat(writeAndRead(new Frame.RangeRequest(sequenceRange)).body())
                .isEqualTo(new Frame.RangeRequest(sequenceRange));

        SnapshotChunk.Watermark watermark = new SnapshotChunk.Watermark(1, 2, 3);
        Frame.SnapshotReply snapshotFrame = new Frame.SnapshotReply(new SnapshotChunk(
                3,
                List.of(
                        new SnapshotChunk.Item(PLAIN, 9, List.of(watermark)),
                        new SnapshotChunk.Item(FENCED, 0, List.of()),
                        new SnapshotChunk.Item(KEYED, 1, List.of())),
                5,
                Map.of(B, 4L),
                Optional.of(new SnapshotChunk.End(true, Map.of(A, 8L), List.of(watermark, watermark)))));
        assertThat(writeAndRead(snapshotFrame).body())
                .usingRecursiveComparison()
                .isEqualTo(snapshotFrame);
        assertThat(writeAndRead(new Frame.SnapshotRequest(5)).body()).isEqualTo(new Frame.SnapshotRequest(5));

        Frame.Messages messages =
                (Frame.Messages) writeAndRead(new Frame.Messages(List.of(PLAIN, FENCED, KEYED, FROM_CLIENT)))
                        .body();
        assertThat(messages.messages())
                .usingRecursiveComparison()
                .isEqualTo(List.of(PLAIN, FENCED, KEYED, FROM_CLIENT));

        Frame.RangeReply rangeReply = (Frame.RangeReply)
                writeAndRead(new Frame.RangeReply(new RangeResponse(sequenceRange, List.of(PLAIN, FENCED, KEYED), 50)))
                        .body();
        assertThat(rangeReply.response().range()).isEqualTo(sequenceRange);
        assertThat(rangeReply.response().through()).isEqualTo(50);
        assertThat(rangeReply.response().messages())
                .usingRecursiveComparison()
                .isEqualTo(List.of(PLAIN, FENCED, KEYED));
    }

    @Test
    @DisplayName("K-17 a frame with another version, an unknown kind, a wrong layout or a length of 2 GB is rejected")
    void invalidFrames_areRejectedWithReason() {
        byte[] good = FrameWriter.write(new Frame(A, B, new Frame.Messages(List.of(PLAIN))), Frame.Features.SUPPORTED);
        assertThatThrownBy(() -> FrameReader.read(changed(good, 0, 'G'))).hasMessageContaining("prefix");
        assertThatThrownBy(() -> FrameReader.read(changed(good, 2, 9))).hasMessageContaining("version 9");
        assertThatThrownBy(() -> FrameReader.read(changed(good, 3, 77))).hasMessageContaining("kind 77");
        assertThatThrownBy(() -> FrameReader.read(changed(good, good.length - 6, 0x7f)))
                .hasMessageContaining("length 2130706434");
        assertThatThrownBy(() -> FrameReader.read(Arrays.copyOf(
                        FrameWriter.write(
                                new Frame(A, B, new Frame.Heartbeat(1, true, Map.of())), Frame.Features.SUPPORTED),
                        good.length)))
                .hasMessageContaining("1 to 255 characters");
        assertThatThrownBy(() -> FrameReader.read(new byte[0])).hasMessageContaining("truncated after 0 bytes");
        byte[] snapshotRequest =
                FrameWriter.write(new Frame(A, B, new Frame.SnapshotRequest(5)), Frame.Features.SUPPORTED);
        assertThatThrownBy(() -> FrameReader.read(changed(snapshotRequest, snapshotRequest.length - Long.BYTES, 0xff)))
                .isInstanceOf(InvalidFrameException.class)
                .hasMessageContaining("-72057594037927931");
    }

    @Test
    @DisplayName("K-40 a node that has not announced the feature is sent messages without their idempotency keys")
    void omitsKeys_forNodesThatCannotReadThem() {
        Envelope withoutKey = new Envelope(A, 9, 0, "/n", false, new byte[] {'x'}, 0, Optional.empty());
        for (Frame.Features other : List.of(Frame.Features.NONE, new Frame.Features(~1))) {
            assertThat(FrameWriter.write(new Frame(A, B, new Frame.Messages(List.of(KEYED))), other))
                    .isEqualTo(FrameWriter.write(new Frame(A, B, new Frame.Messages(List.of(withoutKey))), other));
        }
    }

    @Test
    @DisplayName("K-41 a node that has not announced the feature is sent messages without the numbers of their clients")
    void omitsClients_forNodesThatCannotReadThem() {
        Envelope withoutClient = new Envelope(A, 10, 9, "/n", false, new byte[] {'x'}, 0, Optional.empty());
        for (Frame.Features other : List.of(Frame.Features.NONE, new Frame.Features(Frame.Features.IDEMPOTENCY_KEYS))) {
            assertThat(FrameWriter.write(new Frame(A, B, new Frame.Messages(List.of(FROM_CLIENT))), other))
                    .isEqualTo(FrameWriter.write(new Frame(A, B, new Frame.Messages(List.of(withoutClient))), other));
        }
        assertThat(new Frame.Features(-1).clients()).isTrue();
    }

    @Test
    @DisplayName("K-40 features of later versions are ignored, and so is what they append")
    void laterFeatures_areIgnored() throws InvalidFrameException {
        byte[] features = FrameWriter.write(new Frame(A, B, new Frame.Features(-1)), Frame.Features.NONE);
        assertThat(FrameReader.read(Arrays.copyOf(features, features.length + 3))
                        .body())
                .isEqualTo(new Frame.Features(-1));
        assertThat(new Frame.Features(-1).idempotencyKeys()).isTrue();
    }

    @Test
    @DisplayName("K-17 an idempotency key that is too long or has other characters is rejected")
    void invalidKey_isRejected() {
        byte[] good = FrameWriter.write(new Frame(A, B, new Frame.Messages(List.of(KEYED))), Frame.Features.SUPPORTED);
        int at = new String(good, StandardCharsets.ISO_8859_1).indexOf("0b5c9e52");
        assertThatThrownBy(() -> FrameReader.read(changed(good, at, ' '))).hasMessageContaining("visible ASCII");
        assertThatThrownBy(() -> FrameReader.read(changed(good, at - 2, 1))).hasMessageContaining("invalid length 264");
    }

    private static byte[] changed(byte[] bytes, int at, int to) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) to;
        return changed;
    }

    @Test
    @DisplayName("K-17 a frame with truncated or modified bytes is either read or rejected")
    void readsOrRejectsAnyBytes() {
        mutateAndRead(new Frame.RangeReply(
                new RangeResponse(new SequenceRange(A, 1, 100), List.of(PLAIN, FENCED, KEYED), 50)));
        mutateAndRead(new Frame.SnapshotReply(new SnapshotChunk(
                0,
                List.of(new SnapshotChunk.Item(FENCED, 1, List.of(new SnapshotChunk.Watermark(1, 2, 3)))),
                1,
                Map.of(A, 1L),
                Optional.of(
                        new SnapshotChunk.End(false, Map.of(B, 2L), List.of(new SnapshotChunk.Watermark(1, 2, 3)))))));
    }

    private static void mutateAndRead(Frame.Body body) {
        byte[] good = FrameWriter.write(new Frame(A, B, body), Frame.Features.SUPPORTED);
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
