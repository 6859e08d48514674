package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.message.MessageId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Encodes a batch of sixteen messages of 64 bytes, of words or of JSON with many quotation marks: time for each message. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class EncodeBatch {
    private static final int MESSAGES = 16;

    @Param({"LINES", "LINES_WITH_IDS", "SSE", "NDJSON", "WEBSOCKET", "GINKGO_V1"})
    private WireFormat format;

    @Param({"a message of sixty-four bytes, which is quite usual for a number", "{\"sensor\":\"t7\",\"celsius\":21.5,\"at\":\"2026-11-28T09:30:00Z\",\"ok\":1}"})
    private String text;

    private final StoredMessage[] messages = new StoredMessage[MESSAGES];
    private final ByteBuf body = Unpooled.buffer(8192);
    private final ByteBuf batch = Unpooled.directBuffer(65536);

    /** Creates the messages anew for each iteration; parts that a message keeps are computed once. */
    @Setup
    public void create() {
        for (int i = 0; i < MESSAGES; i++) {
            messages[i] = new StoredMessage(
                    "/channel",
                    new MessageId.Position(1, 1_764_000_000_000L, 1_000_000 + i),
                    List.of(),
                    Instant.ofEpochMilli(1_764_000_000_000L + i),
                    Payload.text(text));
        }
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public ByteBuf encode() {
        batch.clear();
        for (StoredMessage message : messages) {
            format.encodeBody(message, true, body.clear());
            format.encodeFrame(message, true, body, batch);
        }
        return batch;
    }
}
