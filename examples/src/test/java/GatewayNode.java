import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A running gateway, seen over HTTP, with its subscribers. */
abstract class GatewayNode implements AutoCloseable {
    private static final Pattern LEADER_REPORT =
            Pattern.compile("\"node\":\"([^\"]+)\",\"leads\":true,\"epoch\":\"(\\d+)@");

    /** A line that a subscriber received, with the time. */
    record Line(long nanos, String text) {}

    final List<Line> numbers = new CopyOnWriteArrayList<>();
    final List<Line> reports = new CopyOnWriteArrayList<>();
    final List<Line> own = new CopyOnWriteArrayList<>();

    /** Returns the identity in the cluster. */
    abstract String name();

    abstract URI uri(String path);

    /** Ends the node as abruptly as is possible, and waits for its end. */
    abstract void kill();

    @Override
    public abstract void close();

    void awaitReady() {
        await().alias("ready: " + this).atMost(Duration.ofSeconds(60)).until(() -> {
            try {
                return ((HttpURLConnection) uri("/-/health/ready").toURL().openConnection()).getResponseCode() == 200;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    /** Subscribes until the node ends. */
    void subscribe() {
        subscribe("/numbers", numbers);
        subscribe("/cluster", reports);
        subscribe("/own", own);
    }

    private void subscribe(String channel, List<Line> lines) {
        Thread.ofVirtual().start(() -> {
            try (var in = new BufferedReader(
                    new InputStreamReader(uri(channel).toURL().openStream(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    lines.add(new Line(System.nanoTime(), line));
                }
            } catch (IOException e) {
                // the node has ended
            }
        });
    }

    String text(String path) throws IOException {
        try (InputStream in = uri(path).toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    int publish(String channel, String text) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri(channel).toURL().openConnection();
        connection.setDoOutput(true);
        connection.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        connection.getInputStream().readAllBytes(); // so that the connection is reused
        return connection.getResponseCode();
    }

    /**
     * Returns the leader and the number of its epoch, according to the last report received from this node; an empty
     * name if there is none yet.
     */
    Leader leader() {
        for (Line report : reports.reversed()) {
            Matcher matcher = LEADER_REPORT.matcher(report.text);
            if (matcher.find()) {
                return new Leader(matcher.group(1), Long.parseLong(matcher.group(2)), report.nanos);
            }
        }
        return new Leader("", 0, 0);
    }

    record Leader(String name, long epoch, long nanos) {}
}
