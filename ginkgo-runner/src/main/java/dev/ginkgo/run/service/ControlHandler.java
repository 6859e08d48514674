package dev.ginkgo.run.service;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.run.console.ConsoleSession;
import dev.ginkgo.run.daemon.ControlServer;
import dev.ginkgo.run.output.GinkgoVersion;
import dev.ginkgo.run.output.ProcessProblems;
import dev.ginkgo.run.output.TreeJson;
import java.io.IOException;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Handles the requests at the control socket of this process. */
final class ControlHandler implements ControlServer.RequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final Duration RELOAD_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration NEXT_LEADER_TIMEOUT = Duration.ofSeconds(15);

    private final Service root;
    private final RunningProgram runningProgram;
    private final String configuration;
    private final boolean console;
    private final Supplier<List<String>> problems;
    private final AtomicLong consoles = new AtomicLong();

    /**
     * @param configuration the configuration file, or empty
     * @param console whether consoles are allowed
     * @param problems returns problems of the process, in addition to those of the program
     */
    ControlHandler(
            Service root,
            RunningProgram runningProgram,
            String configuration,
            boolean console,
            Supplier<List<String>> problems) {
        this.console = console;
        this.root = root;
        this.runningProgram = runningProgram;
        this.problems = problems;
        this.configuration = configuration;
    }

    @Override
    public Map<String, @Nullable Object> handle(boolean acts, String command) throws Exception {
        if (acts) {
            return act(command);
        }
        return switch (command) {
            case "status" -> status();
            case "tree" -> tree();
            case "threads" -> threads();
            case "settings" -> settings();
            case "clusters" -> NetworkViews.clusters(root);
            case "hubs" -> NetworkViews.hubs(root);
            default ->
                throw new IllegalArgumentException(
                        "unknown view " + command + "; views are status, tree, threads, settings, clusters and hubs");
        };
    }

    private Map<String, @Nullable Object> act(String command) throws Exception {
        String[] words = command.split(" ", 2);
        return switch (words[0]) {
            case "reload" -> reload();
            case "step-down" -> ClusterActions.stepDown(root, NEXT_LEADER_TIMEOUT);
            case "remove-voter" -> ClusterActions.removeVoter(root, words.length > 1 ? words[1] : "");
            default ->
                throw new IllegalArgumentException(
                        "unknown action " + command + "; actions are reload, step-down and remove-voter");
        };
    }

    @Override
    public ControlServer.Session openSession(String kind) throws IOException {
        if (!kind.equals("console")) {
            throw new IllegalArgumentException("unknown session " + kind + "; the only session is console");
        }
        if (!console) {
            throw new IllegalStateException(
                    "the console is disabled; set ginkgo.console = true and restart the daemon");
        }
        LOG.warn("console opened");
        return new ConsoleSession(root, Thread.currentThread().getContextClassLoader(), consoles.incrementAndGet());
    }

    private Map<String, @Nullable Object> status() {
        Status status = root.status();
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        response.put("path", status.path());
        response.put("type", status.type());
        response.put("state", status.state());
        response.put("sinceMillis", TreeJson.millisSince(status.since()));
        response.put("ready", status.ready());
        response.put("notReady", status.notReady());
        response.put("problems", problems());
        response.put("treeState", treeState(status));
        response.put("restarts", restarts(status));
        response.put("version", GinkgoVersion.text());
        response.put("java", Runtime.version());
        response.put("configuration", configuration);
        response.put(
                "pendingRestart",
                runningProgram.tree().map(Ginkgo::pendingRestart).orElse(List.of()));
        response.put(
                "stopTimeoutMillis",
                runningProgram.tree().map(tree -> tree.stopTimeout().toMillis()).orElse(null));
        return response;
    }

    private Map<String, @Nullable Object> tree() {
        Map<String, @Nullable Object> response = TreeJson.of(root.status());
        response.put("problems", problems());
        return response;
    }

    /** Returns what is wrong beside the states of the services. */
    private List<String> problems() {
        List<String> all = new ArrayList<>(problems.get());
        runningProgram.tree().map(ProcessProblems::of).ifPresent(all::addAll);
        return all;
    }

    /** Returns the tasks by service, with their stack traces. */
    private Map<String, @Nullable Object> threads() {
        Map<String, List<TaskInfo>> byService = new TreeMap<>();
        for (TaskInfo task : requireTree().tasks()) {
            byService.computeIfAbsent(task.path(), path -> new ArrayList<>()).add(task);
        }
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        response.put(
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
        return response;
    }

    private static Map<String, Object> task(TaskInfo task) {
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("name", task.name());
        response.put("ageMillis", task.age().toMillis());
        response.put("state", task.thread().getState());
        response.put(
                "stack",
                Arrays.stream(task.thread().getStackTrace())
                        .map(String::valueOf)
                        .toList());
        return response;
    }

    private Map<String, @Nullable Object> settings() {
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        response.put(
                "settings",
                requireTree().settings().stream().map(ControlHandler::setting).toList());
        return response;
    }

    private static Map<String, Object> setting(SettingInfo setting) {
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("key", setting.fullKey());
        response.put("value", setting.value());
        response.put("origin", setting.source().toString());
        response.put("default", setting.defaultValue());
        response.put("type", setting.type());
        response.put("fixed", setting.restartRequired());
        return response;
    }

    private Map<String, @Nullable Object> reload() throws InterruptedException, ExecutionException {
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        try {
            ReloadResult reloadResult = runningProgram.reload().get(RELOAD_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            response.put("outcome", reloadResult.outcome());
            response.put("text", reloadResult.toString());
            response.put("failures", reloadResult.failures().size());
        } catch (TimeoutException e) {
            response.put("outcome", "QUEUED");
            response.put(
                    "text", "the reload is still queued or in progress after " + RELOAD_TIMEOUT.toSeconds() + " s");
            response.put("failures", 0);
        }
        return response;
    }

    private Ginkgo requireTree() {
        return runningProgram
                .tree()
                .orElseThrow(() -> new IllegalStateException("the service is still starting; try again"));
    }

    /**
     * Returns the state of the tree: that of the root, unless the root is running and a service below it is worse. As for
     * the readiness, {@code STOPPED} children do not count.
     */
    private static State treeState(Status status) {
        State worst = status.state();
        if (!worst.isRunning()) {
            return worst;
        }
        for (Status child : status.children()) {
            State state = treeState(child);
            if (state != State.STOPPED && worst.isRunning() && state != State.READY) {
                worst = state;
            }
        }
        return worst;
    }

    private static int restarts(Status status) {
        return status.restarts()
                + status.children().stream().mapToInt(ControlHandler::restarts).sum();
    }
}
