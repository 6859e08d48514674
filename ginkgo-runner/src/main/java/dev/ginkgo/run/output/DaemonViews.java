package dev.ginkgo.run.output;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.config.Durations;
import java.time.Duration;
import java.util.List;

/** Text formats of the views of a daemon: tree, threads, settings. */
public final class DaemonViews {
    private DaemonViews() {}

    /** Formats the service tree: a line for each service, each detail of its health, and each current error or problem. */
    public static String tree(ControlResponse root, Style style) {
        StringBuilder text = new StringBuilder();
        appendService(text, style, root, "", "", root.text("path"));
        return text.toString().stripTrailing();
    }

    private static void appendService(
            StringBuilder text, Style style, ControlResponse service, String first, String rest, String name) {
        text.append(first).append(name).append("  ").append(style.state(service.text("state")));
        text.append(' ').append(duration(service, "sinceMillis"));
        appendCount(text, service.number("tasks"), "task");
        appendCount(text, service.number("restarts"), "restart");
        if (service.has("restartInMillis")) {
            text.append(", next restart in ").append(duration(service, "restartInMillis"));
        }
        text.append(service.text("reason").isEmpty() ? "" : ", " + service.text("reason"))
                .append('\n');
        List<ControlResponse> children = service.objects("children");
        String below = rest + (children.isEmpty() ? "    " : "│   ");
        ControlResponse details = service.object("details");
        details.members().keySet().forEach(detail -> appendLine(text, below, detail, details.text(detail)));
        service.texts("problems").forEach(each -> appendLine(text, below, style.red("problem"), each));
        appendLine(text, below, style.red("last error"), service.text("lastError"));
        appendLine(text, below, style.red("last reload"), service.text("reloadError"));
        for (ControlResponse child : children) {
            boolean last = child.equals(children.getLast());
            String path = child.text("path");
            appendService(
                    text,
                    style,
                    child,
                    rest + (last ? "└── " : "├── "),
                    rest + (last ? "    " : "│   "),
                    path.substring(path.lastIndexOf('/') + 1));
        }
    }

    private static void appendCount(StringBuilder text, long count, String unit) {
        if (count > 0) {
            text.append(", ").append(count).append(' ').append(unit).append(count == 1 ? "" : "s");
        }
    }

    private static void appendLine(StringBuilder text, String indent, String label, String value) {
        if (!value.isEmpty()) {
            text.append(indent).append(label).append(": ").append(value).append('\n');
        }
    }

    /** Formats the tasks with their stack traces, grouped by service. */
    public static String threads(ControlResponse threads) {
        return threads.objects("services").stream().map(DaemonViews::tasks).collect(joining("\n"));
    }

    private static String tasks(ControlResponse service) {
        return service.text("path") + "\n"
                + service.objects("tasks").stream().map(DaemonViews::task).collect(joining("\n"));
    }

    private static String task(ControlResponse task) {
        return "  #" + task.text("name") + "  " + task.text("state") + ", for " + duration(task, "ageMillis")
                + task.texts("stack").stream()
                        .map(frame -> "\n      at " + frame)
                        .collect(joining());
    }

    /** Formats the settings: key, value and source. */
    public static String settings(ControlResponse settings) {
        return settings.objects("settings").stream()
                .map(setting ->
                        setting.text("key") + " = " + setting.text("value") + "  (" + setting.text("origin") + ")")
                .collect(joining("\n"));
    }

    private static String duration(ControlResponse from, String key) {
        return Durations.toHumanString(Duration.ofMillis(from.number(key)));
    }
}
