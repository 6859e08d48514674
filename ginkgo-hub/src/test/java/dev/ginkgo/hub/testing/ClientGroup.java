package dev.ginkgo.hub.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Many clients; closed together. */
public final class ClientGroup implements Iterable<RawHttpClient>, AutoCloseable {
    private final List<RawHttpClient> clients = new ArrayList<>();

    /** Connects. */
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

    /** Readers in turn of lines, server-sent events and NDJSON, who have read their heads. */
    public static ClientGroup ofSubscribers(int size, TestHub testHub, String path) throws IOException {
        List<String> forms = List.of("lines", "sse", "ndjson");
        return of(size, i -> {
            RawHttpClient reader = testHub.request("GET " + path + "?as=" + forms.get(i % 3));
            reader.head();
            return reader;
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
