package dev.ginkgo.net.http;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.internal.net.IoMessages;
import dev.ginkgo.internal.net.Sockets;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A small HTTP/1.1 server for a service's own pages and APIs: the JDK's ({@code com.sun.net.httpserver}), whose {@link
 * HttpHandler} is any function from a request to an answer, with each request in a task of its own named {@code
 * request}. The handler may block. It should set its headers, call {@code sendResponseHeaders} and write; the exchange
 * is closed after it in any case. What it throws before it has answered is a 500 and a warning in the log.
 *
 * <p>A start on an address that is in use fails with a {@link java.net.BindException} that names it. A stop waits up to
 * {@code drain-time} for requests that run, answers 503 to those that come meanwhile, then interrupts what is left and
 * closes all connections.
 *
 * <p>Limits of the JDK's server itself are system properties of the process, not settings: {@code
 * sun.net.httpserver.maxReqHeaderSize} (380 KiB), {@code maxReqHeaders} (200), {@code idleInterval} (30 s), {@code
 * maxIdleConnections} (200), {@code jdk.httpserver.maxConnections} (no limit), {@code sun.net.httpserver.nodelay} (the
 * {@code ginkgo} command sets it to true); see the documentation of the module {@code jdk.httpserver}. It is for pages,
 * health and APIs; streams to thousands of readers are what the hub is for.
 */
public final class HttpServer extends Service {
    private static final int BACKLOG = 1024;

    private final Setting<Size> maxBody =
            setting("max-body", Size.ofMebibytes(1)).help("The longest body of a request; a longer one is a 413");

    private final Setting<Integer> maxRequests = setting("max-requests", 1_000)
            .between(1, 1_000_000)
            .help("How many requests may run at a time; the connections of further ones are closed");

    private final Setting<Duration> requestTimeout = setting("request-timeout", Duration.ofSeconds(30))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long a request, its body included, may take to come in");

    private final Setting<Duration> writeTimeout = setting("write-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long a client may let one write wait before its connection is ended");

    private final Setting<Duration> drainTime = setting("drain-time", Duration.ofSeconds(5))
            .between(Duration.ZERO, Duration.ofHours(1))
            .help("How long a stop waits for requests that run");

    private final Supplier<Address> bind;
    private final HttpHandler handler;
    private volatile @Nullable Running running;

    private record Running(com.sun.net.httpserver.HttpServer server, RequestTracker requests) {}

    /**
     * Declares a server.
     *
     * @param bind where to listen, asked at each start; usually a fixed {@link Setting} of the parent. Port 0 takes a
     *     free one, see {@link #address()}
     * @param handler answers every request; called by many tasks at a time
     */
    public HttpServer(Supplier<Address> bind, HttpHandler handler) {
        this.bind = requireNonNull(bind, "bind is null: is the setting it comes from declared further down?");
        this.handler = requireNonNull(handler, "handler is null");
    }

    /**
     * Declares a server with a setting {@code bind} of its own, by default {@code 127.0.0.1:8080}, which only this
     * machine can reach.
     */
    public HttpServer(HttpHandler handler) {
        this.bind =
                setting("bind", Address.of("127.0.0.1:8080")).restartRequired().help("Where to listen");
        this.handler = requireNonNull(handler, "handler is null");
    }

    /**
     * Where it listens, with the real port where the address said 0.
     *
     * @throws IllegalStateException if it does not listen
     */
    public Address address() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("the server does not listen; ask for its address between start and stop");
        }
        return new Address(bind.get().host(), now.server.getAddress().getPort());
    }

    @Override
    protected void onStart() throws IOException {
        RequestTracker requests = new RequestTracker(
                time(), new RequestTracker.RequestLimits(maxBody, maxRequests, requestTimeout, writeTimeout));
        com.sun.net.httpserver.HttpServer server = Sockets.listen(
                address -> com.sun.net.httpserver.HttpServer.create(address, BACKLOG), bind.get(), addressSource());
        closeOnStop(() -> end(server));
        server.setExecutor(request -> begin(requests, request));
        server.createContext("/", exchange -> serve(requests, exchange));
        running = new Running(server, requests);
        log.info("listening on {}", address());

        spawn("accept", () -> {
            awaitOpen();
            server.start();
        });
        every("overdue", requests::checkInterval, requests::interruptOverdue);
    }

    @Override
    protected void onStop() throws InterruptedException {
        Running now = running;
        if (now != null) {
            now.requests.drain(drainTime.get());
        }
    }

    private void end(com.sun.net.httpserver.HttpServer server) {
        running = null;
        server.stop(0);
    }

    /** By the JDK's dispatcher, for a connection that has sent something; what this throws closes the connection. */
    private void begin(RequestTracker requests, Runnable request) {
        if (requests.isFull()) {
            long times = requests.recordRejection();
            if (times > 0) {
                log.warn("max-requests = {} are running; closed since last told: {}", maxRequests.get(), times);
            }
            throw new RejectedExecutionException("too many requests");
        }
        spawn("request", () -> requests.run(request));
    }

    private void serve(RequestTracker requests, HttpExchange exchange) throws IOException {
        try {
            if (requests.isDraining()) {
                exchange.getResponseHeaders().set("Retry-After", "1");
                RequestTracker.answer(exchange, HttpURLConnection.HTTP_UNAVAILABLE, "the server stops");
            } else if (requests.admit(exchange)) {
                handler.handle(exchange);
            }
        } catch (RequestTracker.BodyTooLargeException e) {
            requests.answerTooLarge(exchange);
        } catch (Exception | StackOverflowError e) {
            // The latter too is one client's doing (deeply nested input) and must not end the others.
            failed(exchange, e);
        } finally {
            exchange.close();
        }
    }

    private void failed(HttpExchange exchange, Throwable e) {
        String what =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        boolean told = Thread.currentThread().isInterrupted() || e instanceof InterruptedException;
        try {
            if (exchange.getResponseCode() == RequestTracker.NOT_ANSWERED && !told) {
                RequestTracker.answer(exchange, HttpURLConnection.HTTP_INTERNAL_ERROR, "the server failed");
            } else {
                told |= e instanceof IOException; // while the answer is written, that is the client who went
            }
        } catch (IOException gone) {
            told = true;
        }
        if (told) {
            log.debug("{} ended: {}", what, IoMessages.oneLine(e));
        } else {
            log.warn("{} failed: {}", what, IoMessages.oneLine(e), e);
        }
    }

    private String addressSource() {
        return bind instanceof Setting<?> setting ? setting.describe() : "given by the program";
    }
}
