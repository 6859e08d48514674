package dev.ginkgo.etcd.client;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;

/**
 * Notifications of changes of keys, read by one thread. {@link #close} may be called by any thread and ends a {@link
 * #next} that waits.
 */
public final class WatchStream implements AutoCloseable {

    /**
     * A notification.
     *
     * @param changed whether keys have changed; false for the first notification, which confirms the watch
     * @param revision revision up to which changes have been notified
     * @param compacted whether the watch has ended because changes that it would notify have been compacted: read the
     *     keys, and watch from the revision of that
     */
    public record Notification(boolean changed, long revision, boolean compacted) {}

    private final URI endpoint;
    private final InputStream body;
    private final JsonParser parser;

    WatchStream(URI endpoint, InputStream body) throws IOException {
        this.endpoint = endpoint;
        this.body = body;
        parser = JsonObject.factory().createParser(body);
    }

    /** Returns the server that sends the notifications. */
    public URI endpoint() {
        return endpoint;
    }

    /**
     * Waits for the next notification.
     *
     * @throws EtcdException if the connection has ended, or the stream was closed
     */
    public Notification next() throws EtcdException {
        try {
            JsonObject message = JsonObject.next(parser);
            if (message == null) {
                throw new IOException("the server has ended the watch");
            }
            if (message.has("error")) {
                throw EtcdErrors.answered(endpoint, message.object("error"));
            }
            JsonObject result = message.object("result");
            long compacted = result.number("compact_revision");
            if (result.isTrue("canceled") && compacted == 0) {
                throw new IOException("the server has cancelled the watch: " + result.text("cancel_reason"));
            }
            return new Notification(
                    !result.objects("events").isEmpty(), Header.of(result).revision(), compacted > 0);
        } catch (IOException e) {
            throw EtcdErrors.failed(endpoint, e);
        }
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException _) {
            // the connection has ended already
        }
    }
}
