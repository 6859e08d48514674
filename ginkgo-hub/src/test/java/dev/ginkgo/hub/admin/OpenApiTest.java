package dev.ginkgo.hub.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.StoppingHub;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the OpenAPI document of the hub with the running hub. */
class OpenApiTest {
    private static final Pattern RESPONSE = Pattern.compile("/paths/([^/]+)/(get|post|head|options)/responses/(\\d+)");
    private static final Pattern ADMIN_PAGE = Pattern.compile("/-/[a-z/.]*[a-z]");
    private static final String[] UPGRADE = {
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol: ginkgo.v1"
    };
    private static final String EMPTY = "Content-Length: 0";
    private static final String FOREIGN = "Origin: https://elsewhere.example";
    private static final String TOKEN = "Authorization: Bearer a-token";
    private static final String OTHER_SITE = "Sec-Fetch-Site: cross-site";

    /** Provokes a response, and returns its head. */
    @FunctionalInterface
    private interface Scenario {
        String head() throws Exception;
    }

    private final Map<String, Scenario> scenarios = new LinkedHashMap<>();
    private final Set<String> checked = new TreeSet<>();

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("H-170 each route and status code of the OpenAPI document is one of the running hub")
    void documentedResponses_areThoseOfTheHub() throws Exception {
        Files.writeString(folder.resolve("index.html"), "<title>page</title>");
        String document;
        try (TestHub testHub = TestHub.start("max-subscribers = 1");
                RawHttpClient subscriber = testHub.lines("/occupied")) {
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            addChannels(testHub);
            addPages(testHub);
            document = testHub.get("/-/openapi.json").body();
            assertThat(subscriber).isNotNull();
            checkAll();
        }
        try (TestHub withPage = TestHub.start("page = '" + folder + "'", "dashboard = false")) {
            addFile("get /-/page/{file}", withPage, "/-/page/index.html");
            add("get /-/page/{file} 404", withPage, "GET /-/page/none");
            add("get /-/dashboard 404", withPage, "GET /-/dashboard");
            checkAll();
        }
        try (TestHub fullHub = TestHub.startHub("max-channels = 1", "http.dashboard = false");
                RawHttpClient subscriber = fullHub.lines("/occupied")) {
            await().until(() -> fullHub.hub().stats().subscribers() == 1);
            add("post /{channel} 429", fullHub, "POST /another", EMPTY);
            add("get / 404", fullHub, "GET /");
            assertThat(subscriber).isNotNull();
            checkAll();
        }
        String[] upgrade = Arrays.copyOf(UPGRADE, UPGRADE.length + 1);
        upgrade[UPGRADE.length] = TOKEN;
        try (TestHub withUsers =
                        TestHub.authenticated(TimeSource.system(), OpenApiTest::user, "http.max-streams-per-user = 1");
                RawHttpClient socket = withUsers.request("GET /-/ws", upgrade)) {
            assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
            add("get /-/ws 429", withUsers, "GET /-/ws", upgrade);
            addCredentials(withUsers, document);
            checkAll();
            for (int i = 0; i < 100; i++) {
                head(withUsers.request("POST /-/ticket", EMPTY, TOKEN));
            }
            add("post /-/ticket 429", withUsers, "POST /-/ticket", EMPTY, TOKEN);
            checkAll();
        }
        scenarios.put("post /{channel} 503", StoppingHub::responseToMessage);
        scenarios.put("get /-/health/ready 503", StoppingHub::readiness);
        checkAll();
        assertThat(responses(document)).containsExactlyInAnyOrderElementsOf(checked);
    }

    /** Checks the status of the response in each scenario that has been added. */
    private void checkAll() throws Exception {
        for (Map.Entry<String, Scenario> each : scenarios.entrySet()) {
            String status = each.getKey().substring(each.getKey().lastIndexOf(' ') + 1);
            assertThat(each.getValue().head()).as(each.getKey()).startsWith("HTTP/1.1 " + status + " ");
        }
        checked.addAll(scenarios.keySet());
        scenarios.clear();
    }

    @Test
    @DisplayName("H-170 each page of the hub is a path of the OpenAPI document")
    void pages_areDocumented() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            Set<String> documented = new TreeSet<>();
            responses(testHub.get("/-/openapi.json").body()).forEach(each -> documented.add(each.split(" ", 3)[1]));
            // When the hub lists its pages
            Matcher page = ADMIN_PAGE.matcher(testHub.get("/-/nothing").body().replace("/-/nothing", ""));
            int count = 0;
            while (page.find()) {
                count++;
                assertThat(documented).contains(page.group());
            }
            assertThat(count).isGreaterThan(6);
        }
    }

    private void addChannels(TestHub testHub) {
        add("get /{channel} 101", testHub, "GET /socket", UPGRADE);
        add("get /{channel} 200", testHub, "GET /stream");
        add("get /{channel} 400", testHub, "GET /x//y");
        add("get /{channel} 403", testHub, "GET /x", FOREIGN);
        add("get /{channel} 404", testHub, "GET /favicon.ico", "Sec-Fetch-Dest: image");
        add("get /{channel} 406", testHub, "GET /x", "Accept: image/png");
        add("get /{channel} 421", testHub, "GET http://elsewhere.example/x");
        add("get /{channel} 426", testHub, "GET /x", "Upgrade: websocket", "Connection: Upgrade");
        add("get /{channel} 429", testHub, "GET /occupied");
        scenarios.put(
                "get /{channel} 505", () -> head(testHub.connect().send("GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n")));
        add("head /{channel} 200", testHub, "HEAD /x");
        add("options /{channel} 204", testHub, "OPTIONS /x");
        add("post /{channel} 200", testHub, "POST /x", EMPTY);
        add("post /{channel} 400", testHub, "POST /x//y", EMPTY);
        add("post /{channel} 403", testHub, "POST /x", EMPTY, FOREIGN);
        add("post /{channel} 413", testHub, "POST /x", "Content-Length: 2000000");
        add("post /{channel} 415", testHub, "POST /x", EMPTY, "Content-Encoding: gzip");
        add("post /{channel} 421", testHub, "POST http://elsewhere.example/x", EMPTY);
        scenarios.put("post /{channel} 422", () -> {
            testHub.post("/x", "1", "Idempotency-Key", "used");
            return head(testHub.request("POST /x", EMPTY, "Idempotency-Key: used"));
        });
        add("get /-/ws 101", testHub, "GET /-/ws", UPGRADE);
        add("get /-/ws 400", testHub, "GET /-/ws", "Upgrade: websocket", "Connection: Upgrade");
        add("get /-/ws 426", testHub, "GET /-/ws");
        scenarios.put("get /-/ws 403", () -> {
            String[] headers = UPGRADE.clone();
            headers[2] = FOREIGN;
            return head(testHub.request("GET /-/ws", headers));
        });
    }

    /** Adds responses of a hub with authentication; those to missing or wrong credentials for each operation of a document. */
    private void addCredentials(TestHub testHub, String document) throws IOException {
        String remote = "X-Forwarded-For: 192.0.2.1";
        for (String response : responses(document)) {
            String[] parts = response.split(" ", 3);
            if (parts[0].equals("get") || parts[0].equals("post")) {
                String path = parts[1].replace("{channel}", "x").replace("{file}", "index.html");
                String line = parts[0].toUpperCase(Locale.ROOT) + " " + path;
                String rejected = path.startsWith("/-/health/") ? "Authorization: Bearer wrong" : remote;
                add(parts[0] + " " + parts[1] + " 401", testHub, line, EMPTY, rejected);
            }
        }
        for (String page : List.of("/", "/-/dashboard", "/-/dashboard/{file}")) {
            String line = "GET " + page.replace("{file}", "index.html");
            add("get " + page + " 403", testHub, line, TOKEN, remote, "Accept: text/html");
        }
        add("post /-/session 204", testHub, "POST /-/session", EMPTY, TOKEN);
        add("post /-/session 403", testHub, "POST /-/session", EMPTY, TOKEN, FOREIGN);
        add("post /-/ticket 200", testHub, "POST /-/ticket", EMPTY, TOKEN);
        add("post /-/ticket 403", testHub, "POST /-/ticket", EMPTY, TOKEN, FOREIGN);
    }

    private static Optional<Principal> user(Credentials credentials) {
        return credentials.token().filter("a-token"::equals).map(_ -> Principal.of("user", Grant.NONE));
    }

    private void addPages(TestHub testHub) {
        for (String page : new String[] {"asyncapi.json", "openapi.json", "health/live", "health/ready"}) {
            add("get /-/" + page + " 200", testHub, "GET /-/" + page);
            add("get /-/" + page + " 403", testHub, "GET /-/" + page, OTHER_SITE);
        }
        for (String page : new String[] {"metrics", "connections", "channels", "tree", "dashboard/samples"}) {
            add("get /-/" + page + " 200", testHub, "GET /-/" + page);
            add("get /-/" + page + " 403", testHub, "GET /-/" + page, "Via: 1.1 proxy");
        }
        add("get /-/connections 400", testHub, "GET /-/connections?limit=0");
        add("get /-/channels 400", testHub, "GET /-/channels?limit=x");
        addFile("get /", testHub, "/");
        addFile("get /-/dashboard", testHub, "/-/dashboard");
        addFile("get /-/dashboard/{file}", testHub, "/-/dashboard/index.html");
        add("get /-/dashboard/{file} 404", testHub, "GET /-/dashboard/none");
    }

    /** Adds a file, and the response to a client that has a copy. */
    private void addFile(String operation, TestHub testHub, String path) {
        String html = "Accept: text/html";
        add(operation + " 200", testHub, "GET " + path, html);
        scenarios.put(operation + " 304", () -> {
            String tag = testHub.get(path, "Accept", "text/html")
                    .headers()
                    .firstValue("ETag")
                    .orElseThrow();
            return head(testHub.request("GET " + path, html, "If-None-Match: " + tag));
        });
    }

    private void add(String response, TestHub testHub, String line, String... headers) {
        scenarios.put(response, () -> head(testHub.request(line, headers)));
    }

    private static String head(RawHttpClient client) throws IOException {
        try (client) {
            return client.head();
        }
    }

    /** Returns the responses that a document names, such as {@code get /-/tree 200}. */
    private static Set<String> responses(String document) throws IOException {
        Set<String> responses = new TreeSet<>();
        try (JsonParser json = new JsonFactory().createParser(document)) {
            while (json.nextToken() != null) {
                Matcher response = RESPONSE.matcher(
                        json.getParsingContext().pathAsPointer().toString());
                if (response.matches()) {
                    String path = response.group(1).replace("~1", "/").replace("~0", "~");
                    responses.add(response.group(2) + " " + path + " " + response.group(3));
                }
            }
        }
        return responses;
    }
}
