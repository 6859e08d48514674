package dev.ginkgo.run;

import dev.ginkgo.run.daemon.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer of a daemon, which may be of an older or newer ginkgo: what is missing is empty. */
record Values(Map<String, @Nullable Object> members) {

    String text(String key) {
        Object value = members.get(key);
        return value == null ? "" : value.toString();
    }

    /** A number; 0 if there is none. */
    long number(String key) {
        return members.get(key) instanceof Long number ? number : 0;
    }

    boolean has(String key) {
        return members.get(key) != null;
    }

    boolean is(String key) {
        return Boolean.TRUE.equals(members.get(key));
    }

    List<String> texts(String key) {
        return members.get(key) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    @SuppressWarnings("unchecked") // Json makes no other maps
    List<Values> objects(String key) {
        return members.get(key) instanceof List<?> list
                ? list.stream()
                        .filter(Map.class::isInstance)
                        .map(each -> new Values((Map<String, @Nullable Object>) each))
                        .toList()
                : List.of();
    }

    String json() {
        return Json.write(members);
    }
}
