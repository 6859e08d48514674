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
 * Admin pages of a service, over HTTP on loopback: {@code /-/health/live}, {@code /-/health/ready} (503 with a line for
 * each service that is not ready) and {@code /-/tree} (JSON). They run as a separate tree, so that they respond while
 * the main tree starts and stops.
 *
 * <p>The Host of a request must be a loopback host, which protects against DNS rebinding from a web page.
 */
final class AdminPages extends Service {
    private final Supplier<Status> status;
    private final HttpServer http;

    /**
     * @param bind the loopback address to serve on
     * @param status supplies the status of the main tree
     */
    AdminPages(Address bind, Supplier<Status> status) {
        this.status = status;
        http = add("http", new HttpServer(() -> bind, this::respond));
    }

    /** Returns the bound address. */
    Address address() {
        return http.address();
    }

    private void respond(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        if (!isLocal(exchange)) {
            respond(exchange, 403, "text/plain", "the Host header must be localhost or a loopback address\n");
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            respond(exchange, 405, "text/plain", "only GET and HEAD are supported\n");
        } else {
            switch (exchange.getRequestURI().getPath()) {
                case "/-/health/live" -> live(exchange);
                case "/-/health/ready" -> ready(exchange);
                case "/-/tree" ->
                    respond(exchange, 200, "application/json", JsonText.write(TreeJson.of(status.get())) + "\n");
                default ->
                    respond(
                            exchange,
                            404,
                            "text/plain",
                            "not found; pages: /-/health/live, /-/health/ready, /-/tree\n");
            }
        }
    }

    private void live(HttpExchange exchange) throws IOException {
        boolean live = status.get().state() != State.FAILED;
        respond(exchange, live ? 200 : 503, "text/plain", live ? "ok\n" : "failed\n");
    }

    private void ready(HttpExchange exchange) throws IOException {
        Status now = status.get();
        respond(
                exchange,
                now.ready() ? 200 : 503,
                "text/plain",
                now.ready() ? "ok\n" : String.join("\n", now.notReady()) + "\n");
    }

    private static boolean isLocal(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        if (host == null) {
            return true; // HTTP/1.0, which browsers do not use
        }
        try {
            return Address.of(host.matches(".*:\\d+") ? host : host + ":80").isLoopback();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void respond(HttpExchange exchange, int code, String type, String text) throws IOException {
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
