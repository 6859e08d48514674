package dev.ginkgo.hub.exhaustion;

import dev.ginkgo.hub.testing.RawHttpClient;
import java.io.IOException;
import java.util.Arrays;

/** A publisher and a subscriber of one channel, from another address than that of the outsider. */
final class Bystander implements AutoCloseable {
    private final RawHttpClient subscriber;
    private final RawHttpClient publisher;

    private int published;

    Bystander(int port) throws IOException {
        subscriber = new RawHttpClient(port).send("GET /calm HTTP/1.1\r\nHost: localhost\r\n\r\n");
        subscriber.head();
        publisher = new RawHttpClient(port);
    }

    /**
     * Publishes messages one at a time, and waits for each at the publisher and at the subscriber.
     *
     * @return p99 of the time from the request to the delivery, in microseconds
     */
    long p99Micros(int messages) throws IOException {
        long[] nanos = new long[messages];
        for (int i = 0; i < messages; i++) {
            published++;
            String text = "message " + published;
            long start = System.nanoTime();
            publisher.send(
                    "POST /calm HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
            subscriber.readTo(text + "\n");
            nanos[i] = System.nanoTime() - start;
            String response = publisher.response();
            if (!response.startsWith("HTTP/1.1 200 ")) {
                throw new AssertionError("message " + published + " was answered with " + response);
            }
        }
        Arrays.sort(nanos);
        return nanos[messages * 99 / 100] / 1_000;
    }

    @Override
    public void close() throws IOException {
        subscriber.close();
        publisher.close();
    }
}
