package dev.ginkgo.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Publishes and subscribes at several hubs, from a separate host. It writes to its output which messages were accepted
 * and received, with the time of the clock that all processes of the machine share. It publishes until it reads a line
 * from its input, and its subscribers continue until the input ends.
 *
 * <pre>
 * accepted NODE NUMBER             the hub responded with 200
 * start SUBSCRIBER RECOVERED       a subscriber resumed
 * received SUBSCRIBER NODE NUMBER
 * gap SUBSCRIBER
 * epoch SUBSCRIBER STREAM EPOCH    a message that a leader published
 * </pre>
 */
final class LoadGenerator {
    /** Prefix of the names of subscribers that always reconnect to the same node; the number of the node follows. */
    static final String STICKY = "sticky";

    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern DATA = Pattern.compile("\"data\":\"([^\"]+)\"");
    private static final long PAUSE = Duration.ofMillis(10).toNanos();

    private final List<String> nodes;
    private volatile boolean publishing = true;

    private LoadGenerator(List<String> nodes) {
        this.nodes = nodes;
    }

    public static void main(String[] args) throws Exception {
        LoadGenerator load = new LoadGenerator(List.of(args));
        for (int node = 0; node < args.length; node++) {
            int here = node;
            Thread.startVirtualThread(() -> load.publish(here));
            Thread.startVirtualThread(
                    () -> load.new LoadSubscriber(here, false).run()); // always reconnects to its node
            Thread.startVirtualThread(() -> load.new LoadSubscriber(here, true).run()); // moves to the next node
        }
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        in.readLine();
        load.publishing = false;
        while (in.readLine() != null) {}
        System.exit(0); // the subscribers run without end
    }

    private static void report(String what) {
        synchronized (System.out) {
            System.out.println(System.nanoTime() + " " + what);
            System.out.flush();
        }
    }

    private HttpURLConnection connection(int node, String path) throws IOException {
        var uri = URI.create("http://" + nodes.get(node) + ":8088" + path);
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(500);
        connection.setReadTimeout(4_000); // the hub sends a heartbeat every second
        return connection;
    }

    private void publish(int node) {
        for (int n = 0; publishing; n++) {
            try {
                HttpURLConnection connection = connection(node, "/load");
                connection.setDoOutput(true);
                connection.getOutputStream().write((node + " " + n).getBytes(StandardCharsets.UTF_8));
                if (connection.getResponseCode() == 200) {
                    connection.getInputStream().readAllBytes();
                    report("accepted " + node + " " + n);
                }
            } catch (IOException unknown) {
                // the message may have been accepted
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    /** A subscriber that reconnects and resumes with its last id. */
    private final class LoadSubscriber {
        private final boolean moving;
        private final String name;
        private int node;
        private int streams;
        private String lastId = "";

        LoadSubscriber(int node, boolean moving) {
            this.node = node;
            this.moving = moving;
            name = (moving ? "moving" : STICKY) + node;
        }

        void run() {
            while (true) {
                try {
                    read();
                } catch (IOException ended) {
                    // reconnects
                }
                streams++;
                if (moving) {
                    node = (node + 1) % nodes.size();
                }
                LockSupport.parkNanos(PAUSE);
            }
        }

        private void read() throws IOException {
            HttpURLConnection connection = connection(node, "/load,/epochs?as=ndjson");
            boolean resumes = !lastId.isEmpty();
            if (resumes) {
                connection.setRequestProperty("Last-Event-ID", lastId);
            }
            try (var in =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    if (line.contains("\"event\":\"start\"")) {
                        if (resumes) {
                            report("start " + name + " " + line.contains("\"recovered\":true"));
                        }
                    } else if (line.contains("\"event\":\"gap\"")) {
                        report("gap " + name);
                    } else {
                        reportMessage(line);
                    }
                    Matcher id = ID.matcher(line);
                    if (id.find()) {
                        lastId = id.group(1);
                    }
                }
            } finally {
                connection.disconnect();
            }
        }

        private void reportMessage(String line) {
            Matcher data = DATA.matcher(line);
            if (data.find()) {
                report(
                        line.contains("\"channel\":\"/epochs\"")
                                ? "epoch " + name + " " + streams + " " + data.group(1)
                                : "received " + name + " " + data.group(1));
            }
        }
    }
}
