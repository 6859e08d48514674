package dev.ginkgo.run.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.ginkgo.Service;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.dashboard.DashboardFile;
import dev.ginkgo.net.http.HttpServer;
import dev.ginkgo.run.output.JsonText;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Serves the dashboard of a process on loopback: the page at {@code /}, streams of samples below {@code /-/samples/}, and
 * actions, which are {@code POST} requests, below {@code /-/actions/}. It runs as a tree of its own, so that it responds
 * while the program starts and stops.
 *
 * <p>See {@link RequestGuard} for the requests that are rejected.
 */
public final class DashboardServer extends Service {
    static final String FILES = "/-/dashboard/";
    private static final String HTML = "text/html; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";

    private final HttpServer http;
    private final Samples samples;
    private final Actions actions;
    private final LogBuffer logBuffer;
    private final AtomicLong samplesTaken = new AtomicLong();
    private volatile @Nullable SampleStream stream;

    /**
     * @param bind the loopback address to serve on
     */
    public DashboardServer(Address bind, DashboardTarget target, LogBuffer logBuffer) {
        this.samples = new Samples(target);
        this.actions = new Actions(target);
        this.logBuffer = logBuffer;
        this.http = add("http", new HttpServer(() -> bind, this::respond));
    }

    /** Returns the bound address. */
    public Address address() {
        return http.address();
    }

    /** Returns how many samples have been taken. */
    long samplesTaken() {
        return samplesTaken.get();
    }

    @Override
    protected void onStart() {
        stream = new SampleStream(samplesTaken::incrementAndGet);
    }

    @Override
    protected void onStop() {
        SampleStream current = stream;
        if (current != null) {
            current.stop();
        }
    }

    private void respond(HttpExchange exchange) throws IOException {
        try {
            route(exchange);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void route(HttpExchange exchange) throws IOException, InterruptedException {
        Optional<String> problem = RequestGuard.problem(exchange);
        if (problem.isPresent()) {
            respond(exchange, 403, "text/plain; charset=utf-8", problem.get() + "\n");
            return;
        }
        String path = exchange.getRequestURI().getPath();
        switch (exchange.getRequestMethod()) {
            case "GET", "HEAD" -> get(exchange, path);
            case "POST" -> post(exchange, path);
            default -> {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD, POST");
                respond(exchange, 405, "text/plain; charset=utf-8", "only GET, HEAD and POST are supported\n");
            }
        }
    }

    private void get(HttpExchange exchange, String path) throws IOException, InterruptedException {
        switch (path) {
            case "/" -> respond(exchange, DashboardFile.read(DashboardServer.class, "index.html", HTML));
            case FILES + "process.js" ->
                respond(exchange, DashboardFile.read(DashboardServer.class, "process.js", SCRIPT));
            case "/-/samples/services" -> {
                String chosen = parameters(exchange).getOrDefault("path", "");
                stream(exchange, () -> samples.services(chosen));
            }
            case "/-/samples/settings" -> stream(exchange, samples::settings);
            case "/-/samples/log" -> stream(exchange, logSampler());
            default -> {
                Optional<DashboardFile> file =
                        path.startsWith(FILES) ? DashboardFile.read(path.substring(FILES.length())) : Optional.empty();
                if (file.isPresent()) {
                    respond(exchange, file.get());
                } else {
                    respond(exchange, 404, "text/plain; charset=utf-8", "not found; the dashboard is at /\n");
                }
            }
        }
    }

    private void post(HttpExchange exchange, String path) throws IOException, InterruptedException {
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        int code = 200;
        try {
            result.put("text", actions.run(path, parameters(exchange)));
        } catch (IllegalArgumentException e) {
            code = 400;
            result.put("text", String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            code = 409;
            result.put("text", String.valueOf(e.getMessage()));
        }
        respond(exchange, code, "application/json", JsonText.write(result) + "\n");
    }

    private void stream(HttpExchange exchange, SampleStream.Sampler sampler) throws IOException, InterruptedException {
        SampleStream current = stream;
        if (exchange.getRequestMethod().equals("HEAD")) {
            respond(exchange, 200, "text/event-stream", "");
        } else if (current == null || !current.serve(exchange, sampler)) {
            exchange.getResponseHeaders().set("Retry-After", "5");
            respond(exchange, 503, "text/plain; charset=utf-8", "too many open streams; close another page\n");
        }
    }

    /** Returns a sampler that returns the lines that it has not returned before. */
    private SampleStream.Sampler logSampler() {
        AtomicLong next = new AtomicLong();
        return () -> {
            LogBuffer.Batch batch = logBuffer.from(next.get());
            next.set(batch.next());
            Map<String, @Nullable Object> sample = new LinkedHashMap<>();
            sample.put("program", samples.program());
            sample.put("problem", samples.problem());
            sample.put("level", LogLevels.rootLevel());
            sample.put("lines", batch.lines());
            return sample;
        };
    }

    private static Map<String, String> parameters(HttpExchange exchange) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = exchange.getRequestURI().getRawQuery();
        for (String pair : query == null ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(pair.substring(0, equals), decoded(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) { // invalid percent-encoding; then nothing has this name
            return text;
        }
    }

    private static void respond(HttpExchange exchange, DashboardFile file) throws IOException {
        exchange.getResponseHeaders().set("ETag", file.tag());
        exchange.getResponseHeaders().set("Content-Security-Policy", DashboardFile.POLICY);
        exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
        if (List.of(file.tag()).equals(exchange.getRequestHeaders().get("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
        } else {
            respond(exchange, 200, file.type(), new String(file.bytes(), UTF_8));
        }
    }

    private static void respond(HttpExchange exchange, int code, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.sendResponseHeaders(code, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
