package dev.ginkgo.run.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.CommandProcess;
import dev.ginkgo.run.cli.InProcessCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code [ginkgo] admin}: health and tree of any service over HTTP. */
class AdminPagesTest {
    private static final Pattern ADDRESS = Pattern.compile("admin pages at http://([^/]+)/");

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "L-40 a service serves its health and its tree at the address in ginkgo.admin, with details of its health")
    void servesHealthAndTree() throws Exception {
        write("Moody.java", """
                import dev.ginkgo.*;
                class Moody extends Service {
                    final Setting<Boolean> well = setting("well", true);
                    final Part part = add("part", new Part());
                    @Override protected void onReload() {
                        healthDetail("beats", 70);
                        if (well.get()) ready(); else degraded("not \\"well\\"");
                    }
                }
                class Part extends Service {}
                """);
        Path toml = write("moody.toml", "service = \"Moody.java\"\n[ginkgo]\nadmin = \"127.0.0.1:0\"\n");
        try (CommandProcess moody = CommandProcess.start(folder, "moody.toml");
                HttpClient client = HttpClient.newHttpClient()) {
            moody.awaitOutput("Ctrl-C");
            Matcher address = ADDRESS.matcher(moody.output());
            assertThat(address.find()).isTrue();
            String base = "http://" + address.group(1);
            assertThat(get(client, base + "/-/health/live").statusCode()).isEqualTo(200);
            assertThat(get(client, base + "/-/health/ready").statusCode()).isEqualTo(200);
            assertThat(get(client, base + "/-/tree").body())
                    .startsWith("{\"path\":\"moody\",\"type\":\"Moody\",\"state\":\"READY\",")
                    .contains("\"children\":[{\"path\":\"moody/part\",");
            assertThat(get(client, base + "/").statusCode()).isEqualTo(404);
            assertThat(raw(address.group(1), "GET /-/tree HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 403 ");
            assertThat(raw(address.group(1), "POST /-/tree HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 405 ");
            // When the service is degraded
            Files.writeString(toml, "service = \"Moody.java\"\nwell = false\n[ginkgo]\nadmin = \"127.0.0.1:0\"\n");
            moody.signal("HUP").awaitOutput("well: true -> false");
            HttpResponse<String> ready = get(client, base + "/-/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).isEqualTo("moody: DEGRADED, not \"well\" (beats: 70)\n");
            assertThat(get(client, base + "/-/tree").body())
                    .contains("\"reason\":\"not \\\"well\\\"\"", "\"details\":{\"beats\":\"70\"}");
            assertThat(get(client, base + "/-/health/live").statusCode()).isEqualTo(200);
            moody.signal("TERM");
            assertThat(moody.exitCode()).isEqualTo(143);
        }
    }

    @Test
    @DisplayName("admin pages on a port in use fail the start with 69, on an address beyond loopback with 78")
    void rejectsUnusableAddress() throws Exception {
        write("Idle.java", "class Idle extends dev.ginkgo.Service {}");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CommandProcess idle = CommandProcess.start(
                        folder, "Idle.java", "--set", "ginkgo.admin=127.0.0.1:" + taken.getLocalPort())) {
            assertThat(idle.exitCode()).isEqualTo(69);
            assertThat(idle.output()).contains("cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
        InProcessCommand ginkgo = new InProcessCommand(folder);
        assertThat(ginkgo.run("check", "Idle.java", "--set", "ginkgo.admin=0.0.0.0:80"))
                .isEqualTo(78);
        assertThat(ginkgo.err()).contains("ginkgo.admin").contains("is not a loopback address");
    }

    private static HttpResponse<String> get(HttpClient client, String uri) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String raw(String address, String request) throws IOException {
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
