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
 * Subscribes to a channel as an event stream, as a browser does: when the stream ends it connects to the next node with
 * the last id it received. Records what it receives.
 */
final class MovingSubscriber implements AutoCloseable {
    final List<String> received = new CopyOnWriteArrayList<>();

    /** The {@code start} event of each stream except the first, preceded by the host. */
    final List<String> resumes = new CopyOnWriteArrayList<>();

    final List<String> gaps = new CopyOnWriteArrayList<>();

    private static final long RECONNECT_PAUSE = Duration.ofMillis(20).toNanos();

    private final Supplier<URI> next;
    private final Thread thread;
    private volatile boolean subscribed;
    private volatile boolean closed;
    private volatile boolean moving;
    private String lastId = "";

    /**
     * Starts to subscribe.
     *
     * @param next returns the address for each connection
     */
    MovingSubscriber(Supplier<URI> next) {
        this.next = next;
        thread = Thread.ofVirtual().start(this::run);
    }

    /** Returns whether a stream is open. */
    boolean isSubscribed() {
        return subscribed;
    }

    /** Connects to the next node instead of receiving the next message. */
    void move() {
        moving = true;
    }

    private void run() {
        while (!closed) {
            URI uri = next.get();
            try {
                subscribe(uri);
            } catch (IOException e) {
                // connect to the next node
            }
            subscribed = false;
            LockSupport.parkNanos(RECONNECT_PAUSE);
        }
    }

    private void subscribe(URI uri) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        moving = false;
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
            for (String line = in.readLine(); line != null && !closed && !moving; line = in.readLine()) {
                if (line.startsWith("event: ")) {
                    event = line.substring("event: ".length());
                } else if (line.startsWith("id: ")) {
                    id = line.substring("id: ".length());
                } else if (line.startsWith("data: ")) {
                    data = line.substring("data: ".length());
                } else if (line.isEmpty()) {
                    handle(uri, event, data);
                    lastId = id; // an event is complete only at the blank line
                    event = "message";
                    data = "";
                }
            }
        } finally {
            connection.disconnect();
        }
    }

    private void handle(URI uri, String event, String data) {
        switch (event) {
            case "message" -> {
                if (!data.isEmpty()) {
                    received.add(data);
                }
            }
            case "start" -> {
                if (!lastId.isEmpty()) {
                    resumes.add(uri.getHost() + " " + data);
                }
                subscribed = true;
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
