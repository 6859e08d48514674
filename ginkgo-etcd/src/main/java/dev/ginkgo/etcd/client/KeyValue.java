package dev.ginkgo.etcd.client;

import java.io.IOException;

/**
 * A key with its value.
 *
 * @param key the whole key
 * @param value the value
 * @param createRevision revision of the change that created the key
 * @param modRevision revision of its last change
 * @param lease the lease that the key is attached to; zero if there is none
 */
public record KeyValue(String key, String value, long createRevision, long modRevision, long lease) {
    static KeyValue of(JsonObject json) throws IOException {
        return new KeyValue(
                json.decoded("key"),
                json.decoded("value"),
                json.number("create_revision"),
                json.number("mod_revision"),
                json.number("lease"));
    }
}
