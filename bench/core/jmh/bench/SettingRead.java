package bench;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import java.util.HashMap;
import java.util.Map;
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

/** Reads a setting, beside a volatile field and a look-up in a map, which other libraries need. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class SettingRead {
    private static final class Host extends Service {
        final Setting<Integer> rate = setting("rate", 60);
    }

    private final Host host = new Host();
    private final Map<String, Integer> map = new HashMap<>();
    private volatile Integer field = 60;
    private String key = "rate";
    private Ginkgo tree;

    @Setup
    public void start() {
        tree = Ginkgo.start(host);
        for (String each : new String[] {"rate", "bind", "pause", "times", "name", "size", "level", "path"}) {
            map.put(each, each.length());
        }
    }

    @TearDown
    public void stop() {
        tree.stop();
    }

    @Benchmark
    public int setting() {
        return host.rate.get();
    }

    @Benchmark
    public int volatileField() {
        return field;
    }

    @Benchmark
    public int mapLookup() {
        return map.get(key);
    }
}
