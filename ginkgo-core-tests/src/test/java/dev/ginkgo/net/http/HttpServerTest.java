package dev.ginkgo.net.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.Address;
import dev.ginkgo.lifecycle.StartException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP server service, tested with real clients. */
class HttpServerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final class Site extends Service {
        final HttpServer http;

        Site(HttpHandler handler) {
            http = add("http", new HttpServer(() -> Address.of("127.0.0.1:0"), handler));
        }

        URI uri(String path) {
            return URI.create("http://" + http.address() + path);
        }
    }

    private static HttpResponse<String> get(Site site, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(site.uri(path)).timeout(TIMEOUT).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static void respond(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Test
    @DisplayName("T-08 a request is a task of the service on a virtual thread, and address() returns the actual port")
    void handlesRequestsAsTasks() throws Exception {
        Site site = new Site(exchange -> respond(
                exchange,
                exchange.getRequestURI() + " " + Thread.currentThread().getName() + " "
                        + Thread.currentThread().isVirtual()));
        try (Ginkgo _ = Ginkgo.start(site)) {
            assertThat(site.http.address().port()).isPositive();
            assertThat(get(site, "/a?b=c").body()).isEqualTo("/a?b=c site/http#request true");
        }
        assertThatThrownBy(site.http::address).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("N-01 a port in use fails the start with a BindException that names address and setting")
    void failsTheStart_whenThePortIsInUse() {
        Site first = new Site(exchange -> respond(exchange, "first"));
        try (Ginkgo _ = Ginkgo.start(first)) {
            HttpServer second = new HttpServer(exchange -> respond(exchange, "second"));
            String bind = "bind = \"" + first.http.address() + "\"";
            assertThatThrownBy(() -> Ginkgo.start(second, bind))
                    .isInstanceOf(StartException.class)
                    .cause()
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("cannot listen on " + first.http.address() + " (setting `bind`, file toml:1")
                    .hasMessageContaining("in use; stop the process that listens there");
        }
    }

    @Test
    @DisplayName("N-10 a handler that throws causes a 500 or a closed connection, and affects no other request")
    void respondsWith500_whenTheHandlerThrows() throws Exception {
        Site site = new Site(exchange -> {
            switch (exchange.getRequestURI().getPath()) {
                case "/throws" -> throw new IllegalStateException("no luck");
                case "/overflows" -> throw new StackOverflowError();
                case "/silent" -> {}
                default -> respond(exchange, "ok");
            }
        });
        try (Ginkgo _ = Ginkgo.start(site)) {
            assertThat(get(site, "/throws").statusCode()).isEqualTo(500);
            assertThat(get(site, "/throws").body()).doesNotContain("luck");
            assertThat(get(site, "/overflows").statusCode()).isEqualTo(500);
            assertThatThrownBy(() -> get(site, "/silent")).isInstanceOf(IOException.class);
            assertThat(get(site, "/").body()).isEqualTo("ok");
        }
    }

    @ParameterizedTest(name = "chunked: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("a body longer than max-body is rejected with 413, with or without a Content-Length")
    void rejectsALongBody(boolean chunked) throws Exception {
        Site site = new Site(exchange ->
                respond(exchange, "read " + exchange.getRequestBody().readAllBytes().length));
        try (Ginkgo _ = Ginkgo.start(site, "http.max-body = \"1KiB\"");
                HttpClient client = HttpClient.newHttpClient()) {
            for (int size : new int[] {1024, 1025}) {
                byte[] body = new byte[size];
                HttpRequest.BodyPublisher publisher = chunked
                        ? HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body))
                        : HttpRequest.BodyPublishers.ofByteArray(body);
                HttpResponse<String> response = client.send(
                        HttpRequest.newBuilder(site.uri("/")).POST(publisher).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).isEqualTo(size == 1024 ? 200 : 413);
            }
        }
    }

    @ParameterizedTest(name = "after \"{0}\"")
    @ValueSource(strings = {"GET / HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123"})
    @DisplayName("N-03 a connection is closed if the request is not complete within request-timeout")
    void closesTheConnection_whenTheRequestIsIncomplete(String part) throws Exception {
        Site site = new Site(exchange ->
                respond(exchange, "read " + exchange.getRequestBody().readAllBytes().length));
        try (Ginkgo _ = Ginkgo.start(site, "http.request-timeout = \"100ms\"");
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), site.http.address().port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(part.getBytes(UTF_8));
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
            await().atMost(TIMEOUT)
                    .until(() -> site.http.status().tasks() == 1); // only the task that checks the timeouts is left
        }
    }

    @Test
    @DisplayName("N-03 a connection is closed after write-timeout if the client does not read the response")
    void closesTheConnection_whenTheClientDoesNotRead() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Site site = new Site(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] chunk = new byte[1 << 20];
            try {
                while (true) {
                    exchange.getResponseBody().write(chunk);
                }
            } catch (IOException e) {
                thrown.complete(e);
                throw e;
            }
        });
        try (Ginkgo _ = Ginkgo.start(site, "http.write-timeout = \"100ms\"");
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), site.http.address().port())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8));
            assertThat(thrown.get(30, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        }
    }

    @Test
    @DisplayName("R-19 a stop lets a running request finish, rejects new ones with 503, and closes idle connections"
            + " immediately")
    void stopDrainsRequests() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch proceed = new CountDownLatch(1);
        Site site = new Site(exchange -> {
            inside.countDown();
            try {
                proceed.await();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
            respond(exchange, "finished");
        });
        Ginkgo ginkgo = Ginkgo.start(site);
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = site.uri("/");
            CompletableFuture<HttpResponse<String>> slow =
                    client.sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            inside.await();
            Thread stopping = Thread.ofVirtual().start(ginkgo::stop);
            await().atMost(TIMEOUT)
                    .until(() -> client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                                    .statusCode()
                            == 503);
            proceed.countDown();
            assertThat(slow.get(30, TimeUnit.SECONDS).body()).isEqualTo("finished");
            stopping.join(TIMEOUT);
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), uri.getPort()))
                    .isInstanceOf(IOException.class);
        } finally {
            ginkgo.stop();
        }
    }

    @Test
    @DisplayName("a request still running after drain-time is interrupted, and the stop is clean")
    void interruptsRequests_afterTheDrainTime() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Site site = new Site(exchange -> {
            inside.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                thrown.complete(e);
                throw new IOException(e);
            }
        });
        try (HttpClient client = HttpClient.newHttpClient()) {
            Ginkgo ginkgo = Ginkgo.start(site, "http.drain-time = \"50ms\"");
            CompletableFuture<HttpResponse<String>> response = client.sendAsync(
                    HttpRequest.newBuilder(site.uri("/")).build(), HttpResponse.BodyHandlers.ofString());
            inside.await();
            ginkgo.stop(); // throws if the stop is not clean
            assertThat(thrown.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            await().atMost(TIMEOUT).until(response::isDone); // with a 500 or a closed connection
        }
    }

    @Test
    @DisplayName("L-12 the server starts again after a stop")
    void startsAgain_afterAStop() throws Exception {
        Site site = new Site(exchange -> respond(exchange, "again"));
        for (int i = 0; i < 3; i++) {
            try (Ginkgo _ = Ginkgo.start(site)) {
                assertThat(get(site, "/").body()).isEqualTo("again");
            }
        }
    }
}
