package dev.ginkgo.hub.log;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Appends a message to a full log and evicts the oldest one. The messages exist already. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class RingAppend {
    @Param({"100", "10000", "1000000"})
    private int messages;

    private final Ring ring = new Ring();
    private final Queue<Entry> queue = new ArrayDeque<>();
    private long arrival;

    @Setup
    public void fill() {
        while (ring.messages() < messages) {
            ring.append(next());
        }
    }

    @Benchmark
    @SuppressWarnings("NullAway")
    public long appendAndEvict() {
        ring.append(next());
        return ring.remove(ring.get(ring.first()));
    }

    /** A queue of the JDK: the same without numbers of messages. */
    @Benchmark
    public Entry queue() {
        queue.add(next());
        return queue.size() > messages ? queue.remove() : queue.peek();
    }

    @SuppressWarnings("NullAway")
    private Entry next() {
        arrival++;
        return new Entry(null, null, arrival, arrival, null);
    }
}
