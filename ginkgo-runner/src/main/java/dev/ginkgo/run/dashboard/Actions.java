package dev.ginkgo.run.dashboard;

import dev.ginkgo.config.ReloadResult;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The actions of the dashboard. Each is logged. */
final class Actions {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final Duration RELOAD_TIMEOUT = Duration.ofMinutes(1);

    private final DashboardTarget target;

    Actions(DashboardTarget target) {
        this.target = target;
    }

    /**
     * Performs an action, and returns its result in one sentence or more.
     *
     * @param path path of the request
     * @throws IllegalArgumentException if there is no such action, or a parameter is invalid
     * @throws IllegalStateException if the action is not possible now
     */
    String run(String path, Map<String, String> parameters) throws InterruptedException {
        return switch (path) {
            case "/-/actions/reload" -> reload();
            case "/-/actions/restart" -> restart(parameters.getOrDefault("path", ""));
            case "/-/actions/log-level" ->
                logged(LogLevels.set(parameters.getOrDefault("logger", ""), parameters.getOrDefault("level", "")));
            default ->
                throw new IllegalArgumentException(
                        "unknown action " + path + "; the actions are reload, restart and log-level below /-/actions/");
        };
    }

    private String reload() throws InterruptedException {
        target.requireTree();
        LOG.info("dashboard: reload requested");
        try {
            ReloadResult result = target.reload().get().get(RELOAD_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            return result.toString();
        } catch (TimeoutException e) {
            return "The reload is still queued or in progress after " + RELOAD_TIMEOUT.toSeconds() + " s.";
        } catch (ExecutionException e) {
            throw new IllegalStateException("the reload failed: " + e.getCause(), e);
        }
    }

    private String restart(String path) {
        target.requireTree().restart(path);
        return logged("the restart of " + path + " has begun");
    }

    private static String logged(String text) {
        LOG.info("dashboard: {}", text);
        return text;
    }
}
