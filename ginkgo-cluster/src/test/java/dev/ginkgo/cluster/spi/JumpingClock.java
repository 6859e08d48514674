package dev.ginkgo.cluster.spi;

import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** A fake clock whose wall clock can jump independently: a machine that was suspended, or a clock that was set. */
public final class JumpingClock implements TimeSource {
    private final FakeClock clock = new FakeClock();
    private volatile Duration offset = Duration.ZERO;

    /** Advances both clocks. */
    public void advance(Duration by) {
        clock.advance(by);
    }

    /** Moves only the wall clock, forward or backward. */
    public void jump(Duration by) {
        offset = offset.plus(by);
    }

    @Override
    public Instant now() {
        return clock.now().plus(offset);
    }

    @Override
    public long nanos() {
        return clock.nanos();
    }

    @Override
    public void park(long deadline) {
        clock.park(deadline);
    }

    @Override
    public void unpark(Thread thread) {
        clock.unpark(thread);
    }

    @Override
    public <T, X extends Exception> T callBlocking(BlockingCall<T, X> call) throws X {
        return clock.callBlocking(call);
    }

    @Override
    public void onTreeStart(Supplier<List<Thread>> tasks) {
        clock.onTreeStart(tasks);
    }
}
