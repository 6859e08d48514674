package dev.ginkgo.net.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.ginkgo.config.Size;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import dev.ginkgo.time.TimeSource;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The requests that run on one server, each on a thread of its own, and the limits that the JDK's server has for a
 * whole process only. A request that is overdue, or whose client does not read, is ended by an interrupt: that closes
 * the channel on which its virtual thread waits.
 */
final class RequestTracker {
    /** What {@link HttpExchange#getResponseCode()} says before the headers of the answer are sent. */
    static final int NOT_ANSWERED = -1;

    private static final Duration MAX_CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final long NO_LENGTH = -1;

    private final TimeSource timeSource;
    private final RequestLimits requestLimits;
    private final WakeableTimer drained;
    private final LogRateLimiter rejections;
    private final Map<Thread, Progress> running = new ConcurrentHashMap<>();
    private volatile boolean draining;

    /** What bounds a request. Suppliers, because a reload is felt at once. */
    record RequestLimits(
            Supplier<Size> maxBody,
            Supplier<Integer> maxRequests,
            Supplier<Duration> requestTimeout,
            Supplier<Duration> writeTimeout) {}

    /** A body that is longer than {@code max-body}, and came without saying so. */
    static final class BodyTooLargeException extends IOException {
        private static final long serialVersionUID = 1L;

        BodyTooLargeException() {
            super("the body is longer than max-body");
        }
    }

    /** How far a request has come. Written by its own thread, read by who looks for those that are stuck. */
    private static final class Progress {
        private volatile long readingSince;
        private volatile long writingSince;
        private volatile boolean reading = true;
        private volatile boolean writing;

        Progress(long since) {
            readingSince = since;
        }
    }

    RequestTracker(TimeSource timeSource, RequestLimits requestLimits) {
        this.timeSource = timeSource;
        this.requestLimits = requestLimits;
        drained = new WakeableTimer(timeSource);
        rejections = new LogRateLimiter(timeSource);
    }

    boolean isFull() {
        return running.size() >= requestLimits.maxRequests().get();
    }

    /** Counts one that was turned away; see {@link LogRateLimiter#countEvent()}. */
    long recordRejection() {
        return rejections.countEvent();
    }

    /** Whether a stop has begun. */
    boolean isDraining() {
        return draining;
    }

    /** Runs what the JDK does with a connection that has sent something: reads a request, calls the handler. */
    void run(Runnable request) {
        Thread thread = Thread.currentThread();
        running.put(thread, new Progress(timeSource.nanos()));
        try {
            request.run();
        } finally {
            running.remove(thread);
            drained.wake();
        }
    }

    /** Puts the limits around an exchange, or answers it if it is beyond them. */
    boolean admit(HttpExchange exchange) throws IOException {
        long length = length(exchange);
        if (length > requestLimits.maxBody().get().bytes()) {
            answerTooLarge(exchange);
            return false;
        }
        Progress progress = running.get(Thread.currentThread());
        if (progress == null) { // a filter has changed the thread; then there is nobody to watch
            return true;
        }
        progress.reading = false;
        exchange.setStreams(
                new LimitedInputStream(
                        exchange.getRequestBody(), requestLimits.maxBody().get().bytes(), progress, timeSource),
                new TimedOutputStream(exchange.getResponseBody(), progress, timeSource));
        return true;
    }

    void answerTooLarge(HttpExchange exchange) throws IOException {
        if (exchange.getResponseCode() == NOT_ANSWERED) {
            exchange.getResponseHeaders().set("Connection", "close"); // the rest of the body is not read
            answer(
                    exchange,
                    HttpURLConnection.HTTP_ENTITY_TOO_LARGE,
                    "the body is longer than " + requestLimits.maxBody().get());
        }
    }

    /** Answers with a line of text. */
    static void answer(HttpExchange exchange, int code, String text) throws IOException {
        byte[] bytes = (text + "\n").getBytes(UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(code, head ? NO_LENGTH : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    /** From here on new requests are turned away; waits for those that run. */
    void drain(Duration atMost) throws InterruptedException {
        draining = true;
        drained.await(atMost, running::isEmpty);
    }

    /** The pause between two looks: short beside the timeouts, and beside a reload of them. */
    Duration checkInterval() {
        Duration quarter = requestLimits
                                .requestTimeout()
                                .get()
                                .compareTo(requestLimits.writeTimeout().get())
                        < 0
                ? requestLimits.requestTimeout().get().dividedBy(4)
                : requestLimits.writeTimeout().get().dividedBy(4);
        return quarter.compareTo(MAX_CHECK_INTERVAL) < 0 ? quarter : MAX_CHECK_INTERVAL;
    }

    /** Ends what takes too long to come in, or to be taken. */
    void interruptOverdue() {
        long now = timeSource.nanos();
        long longestIn = requestLimits.requestTimeout().get().toNanos();
        long longestOut = requestLimits.writeTimeout().get().toNanos();
        running.forEach((thread, progress) -> {
            boolean late = progress.reading && now - progress.readingSince > longestIn;
            boolean stuck = progress.writing && now - progress.writingSince > longestOut;
            if (late || stuck) {
                thread.interrupt();
            }
        });
    }

    private static long length(HttpExchange exchange) {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        return length == null ? NO_LENGTH : Long.parseLong(length.strip()); // the JDK has read it before us
    }

    /** A request's body, up to a limit, with a note of when it was first asked for. */
    private static final class LimitedInputStream extends FilterInputStream {
        private final Progress progress;
        private final TimeSource timeSource;
        private long left;
        private boolean begun;

        LimitedInputStream(InputStream in, long limit, Progress progress, TimeSource timeSource) {
            super(in);
            this.left = limit;
            this.progress = progress;
            this.timeSource = timeSource;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (!begun) {
                begun = true;
                progress.readingSince = timeSource.nanos();
            }
            progress.reading = true;
            try {
                int read = in.read(bytes, from, length);
                left -= Math.max(0, read);
                if (left < 0) {
                    throw new BodyTooLargeException();
                }
                return read;
            } finally {
                progress.reading = false;
            }
        }

        @Override
        public long skip(long n) throws IOException {
            return Math.max(0, read(new byte[(int) Math.min(n, 8192)]));
        }
    }

    /** An answer's body, with a note of when a write began. */
    private static final class TimedOutputStream extends FilterOutputStream {
        private final Progress progress;
        private final TimeSource timeSource;

        TimedOutputStream(OutputStream out, Progress progress, TimeSource timeSource) {
            super(out);
            this.progress = progress;
            this.timeSource = timeSource;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            timed(() -> out.write(bytes, from, length));
        }

        @Override
        public void flush() throws IOException {
            timed(out::flush);
        }

        @Override
        public void close() throws IOException {
            timed(out::close);
        }

        private interface Writing {
            void go() throws IOException;
        }

        private void timed(Writing write) throws IOException {
            progress.writingSince = timeSource.nanos();
            progress.writing = true;
            try {
                write.go();
            } finally {
                progress.writing = false;
            }
        }
    }
}
