package dev.ginkgo.hub;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Many clients; closed together. */
final class Crowd implements Iterable<Wired>, AutoCloseable {
    private final List<Wired> clients = new ArrayList<>();

    /** Connects. */
    @FunctionalInterface
    interface Entrance {
        Wired connect(int number) throws IOException;
    }

    static Crowd of(int size, Entrance entrance) throws IOException {
        Crowd crowd = new Crowd();
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
    static Crowd ofReaders(int size, Front front, String path) throws IOException {
        List<String> forms = List.of("lines", "sse", "ndjson");
        return of(size, i -> {
            Wired reader = front.request("GET " + path + "?as=" + forms.get(i % 3));
            reader.head();
            return reader;
        });
    }

    Wired get(int number) {
        return clients.get(number);
    }

    @Override
    public Iterator<Wired> iterator() {
        return clients.iterator();
    }

    @Override
    public void close() throws IOException {
        for (Wired each : clients) {
            each.close();
        }
    }
}
