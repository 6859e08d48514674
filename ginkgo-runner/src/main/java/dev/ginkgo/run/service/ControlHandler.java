package dev.ginkgo.run.service;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.run.console.ConsoleSession;
import dev.ginkgo.run.daemon.ControlServer;
import dev.ginkgo.run.output.GinkgoVersion;
import dev.ginkgo.run.output.TreeJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process under a name says at its control socket. */
final class ControlHandler implements ControlServer.RequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final Duration RELOAD_TIMEOUT = Duration.ofMinutes(1);

    private final Service root;
    private final ServiceRunner serviceRunner;
    private final String configuration;
    private final boolean console;

    /**
     * @param configuration the file that it is configured with, or empty
     * @param console whether a console may be opened
     */
    ControlHandler(Service root, ServiceRunner serviceRunner, String configuration, boolean console) {
        this.console = console;
        this.root = root;
        this.serviceRunner = serviceRunner;
        this.configuration = configuration;
    }

    @Override
    public Map<String, @Nullable Object> handle(boolean acts, String command) throws Exception {
        if (acts) {
            return switch (command) {
                case "reload" -> reload();
                default -> throw new IllegalArgumentException("there is nothing to do but reload, not " + command);
            };
        }
        return switch (command) {
            case "status" -> status();
            case "tree" -> TreeJson.of(root.status());
            case "threads" -> threads();
            case "settings" -> settings();
            default ->
                throw new IllegalArgumentException("status, tree, threads and settings can be read, not " + command);
        };
    }

    @Override
    public ControlServer.Session openSession(String about) {
        if (!about.equals("console")) {
            throw new IllegalArgumentException("there is no conversation but console, not " + about);
        }
        if (!console) {
            throw new IllegalStateException("the console is off; set ginkgo.console = true and restart it");
        }
        LOG.warn("a console is opened");
        return new ConsoleSession(root, Thread.currentThread().getContextClassLoader());
    }

    private Map<String, @Nullable Object> status() {
        Status status = root.status();
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("path", status.path());
        answer.put("type", status.type());
        answer.put("state", status.state());
        answer.put("sinceMillis", TreeJson.millisSince(status.since()));
        answer.put("ready", status.ready());
        answer.put("notReady", status.notReady());
        answer.put("restarts", restarts(status));
        answer.put("version", GinkgoVersion.text());
        answer.put("java", Runtime.version());
        answer.put("configuration", configuration);
        answer.put(
                "pendingRestart",
                serviceRunner.tree().map(Ginkgo::pendingRestart).orElse(List.of()));
        answer.put(
                "stopTimeoutMillis",
                serviceRunner.tree().map(tree -> tree.stopTimeout().toMillis()).orElse(null));
        return answer;
    }

    /** The tasks by service, each with its stack. */
    private Map<String, @Nullable Object> threads() {
        Map<String, List<TaskInfo>> byService = new TreeMap<>();
        for (TaskInfo task : requireTree().tasks()) {
            byService.computeIfAbsent(task.path(), path -> new ArrayList<>()).add(task);
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put(
                "services",
                byService.entrySet().stream()
                        .map(service -> Map.of(
                                "path",
                                service.getKey(),
                                "tasks",
                                service.getValue().stream()
                                        .map(ControlHandler::task)
                                        .toList()))
                        .toList());
        return answer;
    }

    private static Map<String, Object> task(TaskInfo task) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("name", task.name());
        answer.put("ageMillis", task.age().toMillis());
        answer.put("state", task.thread().getState());
        answer.put(
                "stack",
                Arrays.stream(task.thread().getStackTrace())
                        .map(String::valueOf)
                        .toList());
        return answer;
    }

    private Map<String, @Nullable Object> settings() {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put(
                "settings",
                requireTree().settings().stream().map(ControlHandler::setting).toList());
        return answer;
    }

    private static Map<String, Object> setting(SettingInfo setting) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("key", setting.fullKey());
        answer.put("value", setting.value());
        answer.put("origin", setting.source().toString());
        answer.put("default", setting.defaultValue());
        answer.put("type", setting.type());
        answer.put("fixed", setting.restartRequired());
        return answer;
    }

    private Map<String, @Nullable Object> reload() throws InterruptedException, ExecutionException {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        try {
            ReloadResult reloadResult = serviceRunner.reload().get(RELOAD_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            answer.put("outcome", reloadResult.outcome());
            answer.put("text", reloadResult.toString());
            answer.put("failures", reloadResult.failures().size());
        } catch (TimeoutException e) {
            answer.put("outcome", "QUEUED");
            answer.put(
                    "text", "the reload still waits, or is still at work, after " + RELOAD_TIMEOUT.toSeconds() + " s");
            answer.put("failures", 0);
        }
        return answer;
    }

    private Ginkgo requireTree() {
        return serviceRunner.tree().orElseThrow(() -> new IllegalStateException("it is not up yet; ask again"));
    }

    private static int restarts(Status status) {
        return status.restarts()
                + status.children().stream().mapToInt(ControlHandler::restarts).sum();
    }
}
