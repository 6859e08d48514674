package dev.ginkgo.run.output;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.config.Durations;
import java.time.Duration;
import java.util.List;

/** What daemons show, as text. */
public final class DaemonViews {
    private DaemonViews() {}

    /** The living tree: a line for each service, and one more for what troubles it. */
    public static String tree(ControlResponse root) {
        StringBuilder text = new StringBuilder();
        service(text, root, "", "", root.text("path"));
        return text.toString().stripTrailing();
    }

    private static void service(StringBuilder text, ControlResponse service, String first, String rest, String name) {
        text.append(first).append(name).append("  ").append(service.text("state"));
        text.append(' ').append(millis(service, "sinceMillis"));
        count(text, service.number("tasks"), "task");
        count(text, service.number("restarts"), "restart");
        if (service.has("restartInMillis")) {
            text.append(", next restart in ").append(millis(service, "restartInMillis"));
        }
        text.append(service.text("reason").isEmpty() ? "" : ", " + service.text("reason"))
                .append('\n');
        List<ControlResponse> children = service.objects("children");
        String below = rest + (children.isEmpty() ? "    " : "│   ");
        trouble(text, below, "last error", service.text("lastError"));
        trouble(text, below, "last reload", service.text("reloadError"));
        for (ControlResponse child : children) {
            boolean last = child.equals(children.getLast());
            String path = child.text("path");
            service(
                    text,
                    child,
                    rest + (last ? "└── " : "├── "),
                    rest + (last ? "    " : "│   "),
                    path.substring(path.lastIndexOf('/') + 1));
        }
    }

    private static void count(StringBuilder text, long count, String what) {
        if (count > 0) {
            text.append(", ").append(count).append(' ').append(what).append(count == 1 ? "" : "s");
        }
    }

    private static void trouble(StringBuilder text, String indent, String what, String trouble) {
        if (!trouble.isEmpty()) {
            text.append(indent).append(what).append(": ").append(trouble).append('\n');
        }
    }

    /** The tasks with their stacks, by service. */
    public static String threads(ControlResponse threads) {
        return threads.objects("services").stream().map(DaemonViews::tasks).collect(joining("\n"));
    }

    private static String tasks(ControlResponse service) {
        return service.text("path") + "\n"
                + service.objects("tasks").stream().map(DaemonViews::task).collect(joining("\n"));
    }

    private static String task(ControlResponse task) {
        return "  #" + task.text("name") + "  " + task.text("state") + ", for " + millis(task, "ageMillis")
                + task.texts("stack").stream()
                        .map(frame -> "\n      at " + frame)
                        .collect(joining());
    }

    /** Key, value and origin. */
    public static String settings(ControlResponse settings) {
        return settings.objects("settings").stream()
                .map(setting ->
                        setting.text("key") + " = " + setting.text("value") + "  (" + setting.text("origin") + ")")
                .collect(joining("\n"));
    }

    private static String millis(ControlResponse from, String key) {
        return Durations.shortly(Duration.ofMillis(from.number(key)));
    }
}
