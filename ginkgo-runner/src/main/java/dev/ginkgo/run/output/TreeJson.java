package dev.ginkgo.run.output;

import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON form of a service tree, for the control socket and the admin page: one object per service, with children. */
public final class TreeJson {
    private TreeJson() {}

    public static Map<String, @Nullable Object> of(Status status) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("path", status.path());
        members.put("type", status.type());
        members.put("state", status.state());
        members.put("sinceMillis", millisSince(status.since()));
        members.put("reason", status.reason());
        members.put("tasks", status.tasks());
        members.put("restarts", status.restarts());
        members.put(
                "restartInMillis",
                status.nextRestartIn().map(Duration::toMillis).orElse(null));
        members.put(
                "lastError",
                status.failure()
                        .or(status::lastRecoveredFailure)
                        .map(TreeJson::firstLine)
                        .orElse(null));
        members.put(
                "reloadError", status.reloadFailure().map(TreeJson::firstLine).orElse(null));
        members.put("details", status.details());
        members.put("children", status.children().stream().map(TreeJson::of).toList());
        return members;
    }

    public static long millisSince(Instant moment) {
        return Math.max(0, Duration.between(moment, TimeSource.system().now()).toMillis());
    }

    private static String firstLine(Throwable failure) {
        String message = failure.getMessage();
        String first = message == null ? "" : message.lines().findFirst().orElse("");
        return failure.getClass().getSimpleName() + (first.isBlank() ? "" : ": " + first);
    }
}
