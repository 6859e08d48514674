package dev.ginkgo.cluster.spi;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.config.Configuration;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Program of a test: while it holds a valid lease, it writes the epoch and the monotonic clock to its standard output. On
 * one machine the clocks of all processes are the same.
 */
final class LeaseHolder extends Service {
    private final Cluster cluster = add("cluster", new Cluster());
    private final PrintStream out;

    private LeaseHolder(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs until the process is killed.
     *
     * @param args the configuration as TOML
     */
    public static void main(String[] args) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Ginkgo.of(new LeaseHolder(out))
                .configuration(Configuration.empty()
                        .text("holder.toml", args[0])
                        .workingDirectory(Path.of("").toAbsolutePath()))
                .start()
                .awaitStopped();
    }

    @Override
    protected void onStart() {
        spawn("act", () -> {
            while (true) {
                Optional<Lease> lease = cluster.lease();
                long nanos = System.nanoTime();
                if (lease.isPresent() && lease.get().valid()) { // before and after the clock was read
                    out.println(lease.get().epoch().number() + " " + nanos);
                }
                sleep(Duration.ofMillis(5));
            }
        });
    }
}
