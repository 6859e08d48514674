package dev.ginkgo.etcd.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys as of one revision, confirmed by a majority of the servers.
 *
 * @param header the state of etcd
 * @param entries the keys in the order of their bytes
 */
public record KeyRange(Header header, List<KeyValue> entries) {
    public KeyRange {
        entries = List.copyOf(entries);
    }

    /** Returns a range without keys, as of no revision. */
    public static KeyRange empty() {
        return new KeyRange(new Header(0, 0, 0), List.of());
    }

    static KeyRange of(JsonObject answer) throws IOException {
        List<KeyValue> entries = new ArrayList<>();
        for (JsonObject each : answer.objects("kvs")) {
            entries.add(KeyValue.of(each));
        }
        return new KeyRange(Header.of(answer), entries);
    }
}
