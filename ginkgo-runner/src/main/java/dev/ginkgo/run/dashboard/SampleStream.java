package dev.ginkgo.run.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.ginkgo.run.output.JsonText;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends samples to the viewers of the dashboard as server-sent events. Each viewer is served on the thread of its request,
 * which takes the samples, so none are taken without a viewer. The pause between two samples is one second, or {@value
 * #PAUSE_FACTOR} times as long as the sample took, up to five seconds: so one viewer uses at most 1 % of a processor, unless
 * a sample takes more than 50 ms. A sample that does not differ from the one before is not sent.
 */
final class SampleStream {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(5);
    private static final int PAUSE_FACTOR = 100;
    private static final int MAX_VIEWERS = 20;

    /** Number of samples without a change after which a comment is sent, which detects a viewer that has left. */
    private static final int UNCHANGED_UNTIL_COMMENT = 10;

    /** Takes a sample for one viewer. */
    @FunctionalInterface
    interface Sampler {
        /** Returns a sample as a JSON object; null if there is nothing new. */
        @Nullable
        Map<String, @Nullable Object> sample();
    }

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicInteger viewers = new AtomicInteger();
    private final Runnable onSample;

    /**
     * @param onSample called for each sample that is taken
     */
    SampleStream(Runnable onSample) {
        this.onSample = onSample;
    }

    /** Ends the streams. Any thread. */
    void stop() {
        stopping.countDown();
    }

    /**
     * Sends samples until the viewer leaves or the dashboard stops.
     *
     * @return false if there are too many viewers; nothing has been sent then
     */
    boolean serve(HttpExchange exchange, Sampler sampler) throws IOException, InterruptedException {
        try {
            if (viewers.incrementAndGet() > MAX_VIEWERS) {
                return false;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.sendResponseHeaders(200, 0);
            send(exchange.getResponseBody(), sampler);
            return true;
        } finally {
            viewers.decrementAndGet();
        }
    }

    private void send(OutputStream out, Sampler sampler) throws IOException, InterruptedException {
        String last = "";
        int unchanged = 0;
        long pause = 0;
        while (!stopping.await(pause, TimeUnit.NANOSECONDS)) {
            long begin = TimeSource.system().nanos();
            onSample.run();
            Map<String, @Nullable Object> sample = sampler.sample();
            String text = sample == null ? last : JsonText.write(sample);
            if (!text.equals(last)) {
                out.write(("data: " + text + "\n\n").getBytes(UTF_8));
                out.flush();
                last = text;
                unchanged = 0;
            } else if (++unchanged == UNCHANGED_UNTIL_COMMENT) {
                out.write(":\n\n".getBytes(UTF_8));
                out.flush();
                unchanged = 0;
            }
            long taken = TimeSource.system().nanos() - begin;
            pause = Math.clamp(PAUSE_FACTOR * taken, INTERVAL.toNanos(), MAX_PAUSE.toNanos());
        }
    }
}
