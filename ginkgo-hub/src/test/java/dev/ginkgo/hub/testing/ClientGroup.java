package dev.ginkgo.hub.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Group of clients that are closed together. */
public final class ClientGroup implements Iterable<RawHttpClient>, AutoCloseable {
    private final List<RawHttpClient> clients = new ArrayList<>();

    /** Connects the client with the given number. */
    @FunctionalInterface
    public interface Connector {
        RawHttpClient connect(int number) throws IOException;
    }

    public static ClientGroup of(int size, Connector connector) throws IOException {
        ClientGroup clientGroup = new ClientGroup();
        try {
            for (int i = 0; i < size; i++) {
                clientGroup.clients.add(connector.connect(i));
            }
            return clientGroup;
        } catch (IOException | RuntimeException | AssertionError e) {
            clientGroup.close();
            throw e;
        }
    }

    /** Returns subscribers, in turn of lines, server-sent events and NDJSON, that have read their response heads. */
    public static ClientGroup ofSubscribers(int size, TestHub testHub, String path) throws IOException {
        List<String> formats = List.of("lines", "sse", "ndjson");
        return of(size, i -> {
            RawHttpClient subscriber = testHub.request("GET " + path + "?as=" + formats.get(i % 3));
            subscriber.head();
            return subscriber;
        });
    }

    public RawHttpClient get(int number) {
        return clients.get(number);
    }

    @Override
    public Iterator<RawHttpClient> iterator() {
        return clients.iterator();
    }

    @Override
    public void close() throws IOException {
        for (RawHttpClient each : clients) {
            each.close();
        }
    }
}
