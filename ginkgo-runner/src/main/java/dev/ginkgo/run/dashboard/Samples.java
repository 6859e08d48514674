package dev.ginkgo.run.dashboard;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.run.output.GinkgoVersion;
import dev.ginkgo.run.output.ProcessProblems;
import dev.ginkgo.run.output.TreeJson;
import dev.ginkgo.time.TimeSource;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes the samples that the pages of the dashboard show, as JSON objects. */
final class Samples {
    private static final int MAX_STACK = 65_536;
    private static final int MAX_TASKS = 200;

    private final DashboardTarget target;

    Samples(DashboardTarget target) {
        this.target = target;
    }

    /**
     * Returns the tree of services, and the details of one of them: its failure with its stack trace, and its tasks with
     * theirs.
     *
     * @param path path of the service; without details if there is no such service
     */
    Map<String, @Nullable Object> services(String path) {
        Status root = target.root().get().status();
        Map<String, @Nullable Object> sample = new LinkedHashMap<>();
        sample.put("at", TimeSource.system().now().toEpochMilli());
        sample.put("program", root.path());
        sample.put("pid", ProcessHandle.current().pid());
        sample.put("version", GinkgoVersion.text());
        sample.put("java", Runtime.version());
        sample.put("configuration", target.configuration());
        sample.put("problems", target.tree().get().map(ProcessProblems::of).orElse(List.of()));
        sample.put(
                "usedMemory",
                Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        sample.put("maxMemory", Runtime.getRuntime().maxMemory());
        sample.put("started", target.tree().get().isPresent());
        sample.put("problem", problem());
        sample.put("notReady", root.notReady());
        sample.put("tree", TreeJson.of(root));
        sample.put("hubs", hubs());
        find(root, path).ifPresent(service -> {
            sample.put("failure", service.failure().map(Samples::stack).orElse(null));
            sample.put(
                    "recoveredFailure",
                    service.lastRecoveredFailure().map(Samples::stack).orElse(null));
            sample.put(
                    "reloadFailure", service.reloadFailure().map(Samples::stack).orElse(null));
            sample.put("tasks", tasks(path));
        });
        return sample;
    }

    /** Returns the name of the program. */
    String program() {
        return target.root().get().status().path();
    }

    /** Returns why the newest sources or configuration do not run, or an empty text. */
    String problem() {
        return target.problem().get();
    }

    /** Returns the settings of the program, and which of them wait for a restart. */
    Map<String, @Nullable Object> settings() {
        Map<String, @Nullable Object> sample = new LinkedHashMap<>();
        Optional<Ginkgo> tree = target.tree().get();
        sample.put("program", program());
        sample.put("problem", problem());
        sample.put("started", tree.isPresent());
        sample.put("configuration", target.configuration());
        sample.put("pending", tree.map(Ginkgo::pendingRestart).orElse(List.of()));
        sample.put(
                "settings",
                tree.map(Ginkgo::settings).orElse(List.of()).stream()
                        .map(Samples::setting)
                        .toList());
        return sample;
    }

    private static Map<String, @Nullable Object> setting(SettingInfo setting) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("key", setting.fullKey());
        members.put("value", setting.value());
        members.put("default", setting.defaultValue());
        members.put("source", setting.source().toString());
        members.put("type", setting.type());
        members.put("bounds", setting.bounds());
        members.put("help", setting.help());
        members.put("restart", setting.restartRequired());
        members.put("secret", setting.secret());
        return members;
    }

    private List<Map<String, @Nullable Object>> hubs() {
        return Ginkgo.findAll(target.root().get(), MessageHub.class).stream()
                .map(Samples::hub)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Map<String, @Nullable Object>> hub(MessageHub hub) {
        Status status = hub.status();
        if (!status.state().isRunning()) {
            return Optional.empty();
        }
        try {
            Optional<URI> url = hub.url();
            return url.map(found -> Map.of("path", status.path(), "url", found.toString()));
        } catch (IllegalStateException stopped) { // since the status was taken
            return Optional.empty();
        }
    }

    private List<Map<String, @Nullable Object>> tasks(String path) {
        return target.tree().get().map(Ginkgo::tasks).orElse(List.of()).stream()
                .filter(task -> task.path().equals(path))
                .limit(MAX_TASKS)
                .map(Samples::task)
                .toList();
    }

    private static Map<String, @Nullable Object> task(TaskInfo task) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("name", task.name());
        members.put("ageMillis", task.age().toMillis());
        members.put("state", task.thread().getState());
        members.put(
                "stack",
                Arrays.stream(task.thread().getStackTrace())
                        .map(String::valueOf)
                        .toList());
        return members;
    }

    private static Optional<Status> find(Status service, String path) {
        if (service.path().equals(path)) {
            return Optional.of(service);
        }
        return service.children().stream()
                .filter(child -> path.equals(child.path()) || path.startsWith(child.path() + "/"))
                .findFirst()
                .flatMap(child -> find(child, path));
    }

    private static String stack(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.getBuffer().length() <= MAX_STACK
                ? text.toString()
                : text.getBuffer().substring(0, MAX_STACK) + " …";
    }
}
