package dev.ginkgo.run.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.ginkgo.Service;
import dev.ginkgo.config.Address;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.net.http.HttpServer;
import dev.ginkgo.run.output.JsonText;
import dev.ginkgo.run.output.TreeJson;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * What a probe and an operator ask of any service, over HTTP on loopback: {@code /-/health/live}, {@code
 * /-/health/ready} (503 with a line for each service that is not) and {@code /-/tree} (JSON). A tree of its own, so that
 * it answers while the other starts and stops.
 *
 * <p>A request must name a loopback host: a page of somewhere else, whose name was made to point here, is refused.
 */
final class AdminPages extends Service {
    private final Supplier<Status> status;
    private final HttpServer http;

    /**
     * @param bind a loopback address
     * @param status of the tree that is asked about
     */
    AdminPages(Address bind, Supplier<Status> status) {
        this.status = status;
        http = add("http", new HttpServer(() -> bind, this::answer));
    }

    /** Where they are served. */
    Address address() {
        return http.address();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        if (!isLocal(exchange)) {
            answer(exchange, 403, "text/plain", "the Host of a request must be localhost or a loopback address\n");
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            answer(exchange, 405, "text/plain", "only GET and HEAD\n");
        } else {
            switch (exchange.getRequestURI().getPath()) {
                case "/-/health/live" -> live(exchange);
                case "/-/health/ready" -> ready(exchange);
                case "/-/tree" ->
                    answer(exchange, 200, "application/json", JsonText.write(TreeJson.of(status.get())) + "\n");
                default ->
                    answer(exchange, 404, "text/plain", "there are /-/health/live, /-/health/ready and /-/tree\n");
            }
        }
    }

    private void live(HttpExchange exchange) throws IOException {
        boolean live = status.get().state() != State.FAILED;
        answer(exchange, live ? 200 : 503, "text/plain", live ? "ok\n" : "failed\n");
    }

    private void ready(HttpExchange exchange) throws IOException {
        Status now = status.get();
        answer(
                exchange,
                now.ready() ? 200 : 503,
                "text/plain",
                now.ready() ? "ok\n" : String.join("\n", now.notReady()) + "\n");
    }

    private static boolean isLocal(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        if (host == null) {
            return true; // HTTP/1.0, which no browser speaks
        }
        try {
            return Address.of(host.matches(".*:\\d+") ? host : host + ":80").isLoopback();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void answer(HttpExchange exchange, int code, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(code, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
