package dev.ginkgo.run.output;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Response of a daemon, whose version may differ: missing members read as empty, 0 or false. */
public record ControlResponse(Map<String, @Nullable Object> members) {

    public String text(String key) {
        Object value = members.get(key);
        return value == null ? "" : value.toString();
    }

    /** Returns a number, or 0 if it is missing. */
    public long number(String key) {
        return members.get(key) instanceof Long number ? number : 0;
    }

    /** Returns whether there is a member of that name which is not null. */
    public boolean has(String key) {
        return members.get(key) != null;
    }

    public boolean isTrue(String key) {
        return Boolean.TRUE.equals(members.get(key));
    }

    public List<String> texts(String key) {
        return members.get(key) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** Returns an object, or one without members if it is missing. */
    @SuppressWarnings("unchecked") // JsonText.read creates only such maps
    public ControlResponse object(String key) {
        return new ControlResponse(
                members.get(key) instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of());
    }

    @SuppressWarnings("unchecked") // JsonText.read creates only such maps
    public List<ControlResponse> objects(String key) {
        return members.get(key) instanceof List<?> list
                ? list.stream()
                        .filter(Map.class::isInstance)
                        .map(each -> new ControlResponse((Map<String, @Nullable Object>) each))
                        .toList()
                : List.of();
    }

    public String json() {
        return JsonText.write(members);
    }
}
