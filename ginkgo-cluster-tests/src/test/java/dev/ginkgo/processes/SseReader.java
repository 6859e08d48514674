package dev.ginkgo.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Reads a channel as server-sent events, and remembers all that it was sent. */
final class SseReader implements AutoCloseable {
    final List<String> messages = new CopyOnWriteArrayList<>();

    /** The names of all others, such as {@code start} and {@code gap}, with what they say. */
    final List<String> events = new CopyOnWriteArrayList<>();

    private final InputStream body;
    private final Thread reading;

    /** Reads from now on; when this returns, the head of the answer is here. */
    SseReader(HttpClient client, URI uri) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = client.send(
                HttpRequest.newBuilder(uri)
                        .header("Accept", "text/event-stream")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new IOException(uri + " answers " + response.statusCode());
        }
        body = response.body();
        reading = Thread.ofVirtual().start(this::read);
    }

    private void read() {
        String name = "";
        try (BufferedReader in = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                    String data = line.substring("data: ".length());
                    if (name.isEmpty()) {
                        messages.add(data);
                    } else {
                        events.add(name + " " + data);
                    }
                } else if (line.isEmpty()) {
                    name = "";
                }
            }
        } catch (IOException _) {
            events.add("cut"); // by this side, or with its node
        }
    }

    /** Waits until the other side has ended the stream. */
    void awaitEnd() throws InterruptedException {
        reading.join(ProcessCluster.TIMEOUT);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
