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
 * HTTP/1.1 server for the pages and APIs of a service, based on the JDK's {@code com.sun.net.httpserver}. Each request
 * runs in a task of its own named {@code request}, so the {@link HttpHandler} may block. The handler sets its response
 * headers, calls {@code sendResponseHeaders} and writes the body; the exchange is always closed afterwards. An
 * exception before the response headers are sent produces status 500 and a warning in the log.
 *
 * <p>A start on an address that is in use fails with a {@link java.net.BindException} that names the address. A stop
 * waits up to {@code drain-time} for running requests and answers new ones with 503; then it interrupts the remaining
 * requests and closes all connections.
 *
 * <p>Limits of the JDK's server itself are system properties of the process, not settings: {@code
 * sun.net.httpserver.maxReqHeaderSize} (380 KiB), {@code maxReqHeaders} (200), {@code idleInterval} (30 s), {@code
 * maxIdleConnections} (200), {@code jdk.httpserver.maxConnections} (no limit), {@code sun.net.httpserver.nodelay} (the
 * {@code ginkgo} command sets it to true); see the documentation of the module {@code jdk.httpserver}. Use this server
 * for pages, health checks and APIs; use the message hub for streams to thousands of clients.
 */
public final class HttpServer extends Service {
    private static final int BACKLOG = 1024;

    private final Setting<Size> maxBody = setting("max-body", Size.ofMebibytes(1))
            .help("The largest request body; a larger one is answered with 413");

    private final Setting<Integer> maxRequests = setting("max-requests", 1_000)
            .between(1, 1_000_000)
            .help("The largest number of concurrent requests; the connections of further requests are closed");

    private final Setting<Duration> requestTimeout = setting("request-timeout", Duration.ofSeconds(30))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long a request may take to arrive, including its body");

    private final Setting<Duration> writeTimeout = setting("write-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("How long a single write may block on a client that does not read; then its connection is closed");

    private final Setting<Duration> drainTime = setting("drain-time", Duration.ofSeconds(5))
            .between(Duration.ZERO, Duration.ofHours(1))
            .help("How long a stop waits for running requests");

    private final Supplier<Address> bind;
    private final HttpHandler handler;
    private volatile @Nullable Running running;

    private record Running(com.sun.net.httpserver.HttpServer server, RequestTracker requests) {}

    /**
     * Creates a server.
     *
     * @param bind address to listen on, evaluated at each start; usually a {@link Setting} of the parent with {@link
     *     Setting#restartRequired()}. Port 0 chooses a free port, see {@link #address()}
     * @param handler handles every request; called by many tasks at the same time
     */
    public HttpServer(Supplier<Address> bind, HttpHandler handler) {
        this.bind = requireNonNull(bind, "bind is null: is the setting it comes from declared further down?");
        this.handler = requireNonNull(handler, "handler is null");
    }

    /**
     * Creates a server with a setting {@code bind} of its own. Its default is {@code 127.0.0.1:8080}, which only this
     * machine can reach.
     *
     * @param handler handles every request; called by many tasks at the same time
     */
    public HttpServer(HttpHandler handler) {
        this.bind =
                setting("bind", Address.of("127.0.0.1:8080")).restartRequired().help("The address to listen on");
        this.handler = requireNonNull(handler, "handler is null");
    }

    /**
     * Returns the address on which the server listens, with the actual port if the configured port is 0.
     *
     * @throws IllegalStateException if the server is not listening
     */
    public Address address() {
        Running current = running;
        if (current == null) {
            throw new IllegalStateException(
                    "the server is not listening; call address() between its start and its stop");
        }
        return new Address(bind.get().host(), current.server.getAddress().getPort());
    }

    @Override
    protected void onStart() throws IOException {
        RequestTracker requests = new RequestTracker(
                time(), new RequestTracker.RequestLimits(maxBody, maxRequests, requestTimeout, writeTimeout));
        com.sun.net.httpserver.HttpServer server = Sockets.listen(
                address -> com.sun.net.httpserver.HttpServer.create(address, BACKLOG), bind.get(), addressSource());
        closeOnStop(() -> stopServer(server));
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
        Running current = running;
        if (current != null) {
            current.requests.drain(drainTime.get());
        }
    }

    private void stopServer(com.sun.net.httpserver.HttpServer server) {
        running = null;
        server.stop(0);
    }

    /** Called by the JDK's dispatcher for a connection that has sent data. An exception closes the connection. */
    private void begin(RequestTracker requests, Runnable request) {
        if (requests.isFull()) {
            long times = requests.recordRejection();
            if (times > 0) {
                log.warn(
                        "max-requests = {} is reached; connections closed since the last message: {}",
                        maxRequests.get(),
                        times);
            }
            throw new RejectedExecutionException("too many requests");
        }
        spawn("request", () -> requests.run(request));
    }

    private void serve(RequestTracker requests, HttpExchange exchange) throws IOException {
        try {
            if (requests.isDraining()) {
                exchange.getResponseHeaders().set("Retry-After", "1");
                RequestTracker.answer(exchange, HttpURLConnection.HTTP_UNAVAILABLE, "the server is stopping");
            } else if (requests.admit(exchange)) {
                handler.handle(exchange);
            }
        } catch (RequestTracker.BodyTooLargeException e) {
            requests.answerTooLarge(exchange);
        } catch (Exception | StackOverflowError e) {
            // A StackOverflowError is caused by one client's input (deep nesting) and must not affect the others.
            handleFailure(exchange, e);
        } finally {
            exchange.close();
        }
    }

    private void handleFailure(HttpExchange exchange, Throwable e) {
        String what =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        boolean expected = Thread.currentThread().isInterrupted() || e instanceof InterruptedException;
        try {
            if (exchange.getResponseCode() == RequestTracker.NOT_ANSWERED && !expected) {
                RequestTracker.answer(exchange, HttpURLConnection.HTTP_INTERNAL_ERROR, "internal server error");
            } else {
                expected |= e instanceof IOException; // while the response is written: the client disconnected
            }
        } catch (IOException disconnected) {
            expected = true;
        }
        if (expected) {
            log.debug("{} ended: {}", what, IoMessages.oneLine(e));
        } else {
            log.warn("{} failed: {}", what, IoMessages.oneLine(e), e);
        }
    }

    private String addressSource() {
        return bind instanceof Setting<?> setting ? setting.describe() : "given by the program";
    }
}
