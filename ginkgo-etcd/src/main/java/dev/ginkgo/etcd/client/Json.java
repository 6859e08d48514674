package dev.ginkgo.etcd.client;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Requests of etcd's gateway as JSON text. Keys and values are Base64, so that only two texts need to be quoted. */
final class Json {
    private Json() {}

    static String grant(long ttlSeconds) {
        return "{\"TTL\":" + ttlSeconds + "}";
    }

    static String lease(long id) {
        return "{\"ID\":" + id + "}";
    }

    static String key(String key) {
        return "{\"key\":\"" + base64(key) + "\"}";
    }

    /** Returns a range of all keys with this prefix. */
    static String prefix(String prefix) {
        return "{" + range(prefix) + "}";
    }

    /** Returns a watch of all keys with this prefix. */
    static String watch(String prefix, long fromRevision) {
        return "{\"create_request\":{" + range(prefix) + ",\"start_revision\":" + fromRevision + "}}";
    }

    static String putIf(String key, long modRevision, String value, long lease) {
        return transaction(
                key,
                "MOD",
                "mod_revision",
                modRevision,
                "\"request_put\":{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\",\"lease\":"
                        + lease + "}");
    }

    static String deleteIf(String key, long createRevision) {
        return transaction(
                key,
                "CREATE",
                "create_revision",
                createRevision,
                "\"request_delete_range\":{\"key\":\"" + base64(key) + "\"}");
    }

    static String credentials(String user, String password) {
        return "{\"name\":" + quoted(user) + ",\"password\":" + quoted(password) + "}";
    }

    private static String transaction(String key, String target, String field, long revision, String operation) {
        return "{\"compare\":[{\"key\":\"" + base64(key) + "\",\"target\":\"" + target + "\",\"result\":\"EQUAL\",\""
                + field + "\":" + revision + "}],\"success\":[{" + operation + "}]}";
    }

    private static String range(String prefix) {
        byte[] end = prefix.getBytes(StandardCharsets.UTF_8);
        end[end.length - 1]++; // the last byte is ASCII
        return "\"key\":\"" + base64(prefix) + "\",\"range_end\":\""
                + Base64.getEncoder().encodeToString(end) + "\"";
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String quoted(String text) {
        return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
