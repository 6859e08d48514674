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
 * Running requests of one server, each on a thread of its own, and per-server limits, because the JDK's server has
 * limits for the whole process only. A request that exceeds its deadline, or whose client does not read, is ended by an
 * interrupt, which closes the channel on which its virtual thread is blocked.
 */
final class RequestTracker {
    /** Value of {@link HttpExchange#getResponseCode()} before the response headers are sent. */
    static final int NOT_ANSWERED = -1;

    private static final Duration MAX_CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final long NO_LENGTH = -1;

    private final TimeSource timeSource;
    private final RequestLimits requestLimits;
    private final WakeableTimer drained;
    private final LogRateLimiter rejections;
    private final Map<Thread, Progress> running = new ConcurrentHashMap<>();
    private volatile boolean draining;

    /** Limits of requests. Suppliers, so that a reload takes effect immediately. */
    record RequestLimits(
            Supplier<Size> maxBody,
            Supplier<Integer> maxRequests,
            Supplier<Duration> requestTimeout,
            Supplier<Duration> writeTimeout) {}

    /** Thrown when a body without a Content-Length is larger than {@code max-body}. */
    static final class BodyTooLargeException extends IOException {
        private static final long serialVersionUID = 1L;

        BodyTooLargeException() {
            super("the body is larger than max-body");
        }
    }

    /** Progress of a request. Written by its own thread, read by the check for overdue requests. */
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

    /** Counts a rejected request; see {@link LogRateLimiter#countEvent()}. */
    long recordRejection() {
        return rejections.countEvent();
    }

    /** Returns whether a stop has begun. */
    boolean isDraining() {
        return draining;
    }

    /** Runs the JDK's processing of a connection that has sent data: it reads a request and calls the handler. */
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

    /**
     * Applies the limits to an exchange.
     *
     * @return false if the request exceeds them and has been answered
     */
    boolean admit(HttpExchange exchange) throws IOException {
        long length = length(exchange);
        if (length > requestLimits.maxBody().get().bytes()) {
            answerTooLarge(exchange);
            return false;
        }
        Progress progress = running.get(Thread.currentThread());
        if (progress == null) { // a filter moved the exchange to another thread, which is not tracked
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
                    "the body is larger than " + requestLimits.maxBody().get());
        }
    }

    /** Sends a response with one line of text. */
    static void answer(HttpExchange exchange, int code, String text) throws IOException {
        byte[] bytes = (text + "\n").getBytes(UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(code, head ? NO_LENGTH : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    /** Starts to reject new requests, and waits for the running ones. */
    void drain(Duration atMost) throws InterruptedException {
        draining = true;
        drained.await(atMost, running::isEmpty);
    }

    /**
     * Returns the interval between two checks: short compared with the timeouts, so that a reload of them also takes
     * effect soon.
     */
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

    /** Interrupts requests that take too long to arrive, and those whose client does not read the response. */
    void interruptOverdue() {
        long now = timeSource.nanos();
        long requestTimeout = requestLimits.requestTimeout().get().toNanos();
        long writeTimeout = requestLimits.writeTimeout().get().toNanos();
        running.forEach((thread, progress) -> {
            boolean requestLate = progress.reading && now - progress.readingSince > requestTimeout;
            boolean writeStalled = progress.writing && now - progress.writingSince > writeTimeout;
            if (requestLate || writeStalled) {
                thread.interrupt();
            }
        });
    }

    private static long length(HttpExchange exchange) {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        return length == null ? NO_LENGTH : Long.parseLong(length.strip()); // the JDK has validated it already
    }

    /** Request body up to a limit, which records when it was first read. */
    private static final class LimitedInputStream extends FilterInputStream {
        private final Progress progress;
        private final TimeSource timeSource;
        private long remaining;
        private boolean started;

        LimitedInputStream(InputStream in, long limit, Progress progress, TimeSource timeSource) {
            super(in);
            this.remaining = limit;
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
            if (!started) {
                started = true;
                progress.readingSince = timeSource.nanos();
            }
            progress.reading = true;
            try {
                int read = in.read(bytes, from, length);
                remaining -= Math.max(0, read);
                if (remaining < 0) {
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

    /** Response body, which records when a write began. */
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

        private interface WriteOperation {
            void run() throws IOException;
        }

        private void timed(WriteOperation write) throws IOException {
            progress.writingSince = timeSource.nanos();
            progress.writing = true;
            try {
                write.run();
            } finally {
                progress.writing = false;
            }
        }
    }
}
