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

    public static ClientGroup of(int size, Connector entrance) throws IOException {
        ClientGroup crowd = new ClientGroup();
        try {
            for (int i = 0; i < size; i++) {
                crowd.clients.add(entrance.connect(i));
            }
            return crowd;
        } catch (IOException | RuntimeException | AssertionError e) {
            crowd.close();
            throw e;
        }
    }

    /** Readers in turn of lines, server-sent events and NDJSON, who have read their heads. */
    public static ClientGroup ofReaders(int size, TestHub front, String path) throws IOException {
        List<String> forms = List.of("lines", "sse", "ndjson");
        return of(size, i -> {
            RawHttpClient reader = front.request("GET " + path + "?as=" + forms.get(i % 3));
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
