package bench;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Mailbox;
import dev.ginkgo.Service;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Puts an item into a mailbox and takes it, on one thread, beside a queue of the JDK. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class MailboxPutTake {
    private static final class Host extends Service {
        final Mailbox<String> mailbox = add("mailbox", new Mailbox<>(64, Mailbox.Overflow.DROP_OLDEST));
    }

    private final Host host = new Host();
    private final ArrayBlockingQueue<String> queue = new ArrayBlockingQueue<>(64);
    private Ginkgo tree;

    @Setup
    public void start() {
        tree = Ginkgo.start(host);
    }

    @TearDown
    public void stop() {
        tree.stop();
    }

    @Benchmark
    public String mailbox() throws InterruptedException {
        host.mailbox.put("item");
        return host.mailbox.take();
    }

    @Benchmark
    public String blockingQueue() throws InterruptedException {
        queue.put("item");
        return queue.take();
    }
}
