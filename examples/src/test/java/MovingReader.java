import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Reads a channel as an event stream, as a browser does: when the stream ends it goes to the next node, with the last
 * id that it saw. What comes is written down.
 */
final class MovingReader implements AutoCloseable {
    final List<String> got = new CopyOnWriteArrayList<>();

    /** What each stream but the first said at its beginning, and from where. */
    final List<String> resumes = new CopyOnWriteArrayList<>();

    final List<String> gaps = new CopyOnWriteArrayList<>();

    private static final long PAUSE = Duration.ofMillis(20).toNanos();

    private final Supplier<URI> next;
    private final Thread thread;
    private volatile boolean reading;
    private volatile boolean closed;
    private String lastId = "";

    /**
     * Begins to read.
     *
     * @param next where, asked each time
     */
    MovingReader(Supplier<URI> next) {
        this.next = next;
        thread = Thread.ofVirtual().start(this::run);
    }

    /** Whether it has a stream. */
    boolean isReading() {
        return reading;
    }

    private void run() {
        while (!closed) {
            URI uri = next.get();
            try {
                read(uri);
            } catch (IOException ended) {
                // and on to the next
            }
            reading = false;
            LockSupport.parkNanos(PAUSE);
        }
    }

    private void read(URI uri) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(1_000);
        connection.setReadTimeout(20_000);
        connection.setRequestProperty("Accept", "text/event-stream");
        if (!lastId.isEmpty()) {
            connection.setRequestProperty("Last-Event-ID", lastId);
        }
        try (var in = new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            String event = "message";
            String id = lastId;
            String data = "";
            for (String line = in.readLine(); line != null && !closed; line = in.readLine()) {
                if (line.startsWith("event: ")) {
                    event = line.substring("event: ".length());
                } else if (line.startsWith("id: ")) {
                    id = line.substring("id: ".length());
                } else if (line.startsWith("data: ")) {
                    data = line.substring("data: ".length());
                } else if (line.isEmpty()) {
                    take(uri, event, data);
                    lastId = id; // an event counts when it is whole
                    event = "message";
                    data = "";
                }
            }
        } finally {
            connection.disconnect();
        }
    }

    private void take(URI uri, String event, String data) {
        switch (event) {
            case "message" -> {
                if (!data.isEmpty()) {
                    got.add(data);
                }
            }
            case "start" -> {
                if (!lastId.isEmpty()) {
                    resumes.add(uri.getHost() + " " + data);
                }
                reading = true;
            }
            case "gap" -> gaps.add(data);
            default -> {}
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
