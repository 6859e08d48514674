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

/** Subscribes to a channel with server-sent events, and records all messages and events. */
final class SseReader implements AutoCloseable {
    final List<String> messages = new CopyOnWriteArrayList<>();

    /** Control events such as {@code start} and {@code gap}: name and data. */
    final List<String> events = new CopyOnWriteArrayList<>();

    private final InputStream body;
    private final Thread reading;

    /** Subscribes; when this returns, the head of the response has arrived. */
    SseReader(HttpClient client, URI uri) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = client.send(
                HttpRequest.newBuilder(uri)
                        .header("Accept", "text/event-stream")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new IOException(uri + ": HTTP status " + response.statusCode());
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
            events.add("disconnected"); // closed by this client, or its node ended
        }
    }

    /** Waits until the hub has ended the stream. */
    void awaitEnd() throws InterruptedException {
        reading.join(ProcessCluster.TIMEOUT);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
