package dev.ginkgo.internal.engine;

import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.config.BindingResult;
import dev.ginkgo.internal.config.CurrentSettings;
import dev.ginkgo.internal.config.SettingChange;
import dev.ginkgo.internal.config.SettingValues;
import dev.ginkgo.internal.config.SettingsOwner;
import dev.ginkgo.internal.monitoring.Timing;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reload of the settings: reads all sources again, validates everything, compares, swaps the snapshot, and then
 * notifies the services, children before parents; modelled on nats-server's {@code reload.go}. Concurrent reloads run
 * one after another.
 */
public final class Reloader {
    private static final Logger LOG = LoggerFactory.getLogger("dev.ginkgo.Ginkgo");

    private final ServiceTree serviceTree;
    private final CurrentSettings settings;
    private final EngineSettings engineSettings;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final WaitQueue turn = new WaitQueue();

    public Reloader(ServiceTree serviceTree, CurrentSettings settings, EngineSettings engineSettings) {
        this.serviceTree = serviceTree;
        this.settings = settings;
        this.engineSettings = engineSettings;
    }

    /** Reloads from a configuration. Returns after every service has been notified. */
    public ReloadResult reload(Configuration from) {
        Timing timing = serviceTree.recorder.begin(Timing.Kind.RELOAD);
        ReloadResult rejected =
                serviceTree.withLock(() -> serviceTree.root().state.isRunning() ? null : rejectNotRunning(from));
        ReloadResult result = rejected == null ? reloadInTurn(from) : rejected;
        serviceTree.recorder.reloaded(timing, serviceTree.root().path(), result);
        serviceTree.events().add(() -> listener -> listener.reloaded(result));
        return result;
    }

    private ReloadResult rejectNotRunning(Configuration from) {
        ConfigProblem configProblem = ConfigProblem.of(
                serviceTree.root().path(),
                "is " + serviceTree.root().state + "; settings can be reloaded only while it runs");
        return rejected(List.of(configProblem), from.hasFiles());
    }

    private static ReloadResult rejected(List<ConfigProblem> problems, boolean hasFiles) {
        return new ReloadResult(ReloadResult.Outcome.REFUSED, hasFiles, List.of(), List.of(), problems, List.of());
    }

    private ReloadResult reloadInTurn(Configuration from) {
        long never = WaitQueue.never(TimeSource.system());
        turn.awaitUninterruptibly(() -> busy.compareAndSet(false, true) ? true : null, TimeSource.system(), never);
        try {
            return apply(from);
        } finally {
            busy.set(false);
            turn.signal();
        }
    }

    private ReloadResult apply(Configuration from) {
        while (true) {
            ReloadResult result = applyUnlessTreeChanges(from);
            if (result != null) {
                return result;
            }
        }
    }

    /** Applies a reload; returns null, without any effect, if a child was added or removed in the meantime. */
    private @Nullable ReloadResult applyUnlessTreeChanges(Configuration from) {
        SettingValues before = settings.snapshot();
        BindingResult bindingResult = settings.bind(from);
        if (!bindingResult.problems().isEmpty()) {
            return rejected(bindingResult.problems(), from.hasFiles());
        }
        bindingResult.warnings().forEach(LOG::warn);
        List<SettingChange> restartRequired = before.changes(bindingResult.snapshot()).stream()
                .filter(settingChange -> settingChange.setting().isRestartRequired())
                .toList();
        if (!restartRequired.isEmpty()
                && engineSettings.fixedChange(bindingResult.snapshot()) == EngineSettings.FixedChange.REFUSE) {
            return rejected(
                    restartRequired.stream()
                            .map(c -> restartRequired(c, bindingResult.snapshot()))
                            .toList(),
                    from.hasFiles());
        }
        SettingValues next = bindingResult
                .snapshot()
                .withPrevious(
                        restartRequired.stream().map(SettingChange::setting).toList(), before);
        List<ConfigProblem> inconsistencies = restartRequired.isEmpty() ? List.of() : next.inconsistencies(next);
        if (!inconsistencies.isEmpty()) {
            return rejected(inconsistencies, from.hasFiles());
        }
        List<SettingChange> changes = before.changes(next);
        List<String> pending =
                restartRequired.stream().map(c -> c.setting().fullKey()).toList();
        if (!settings.publish(from, bindingResult, before, next, pending)) {
            return null;
        }
        List<ReloadResult.Failure> failures = new ArrayList<>();
        notifySections(changes, failures);
        notifyServices(serviceTree.root(), changes, failures);
        return new ReloadResult(
                ReloadResult.Outcome.APPLIED,
                from.hasFiles(),
                changes.stream().map(SettingChange::toString).toList(),
                pending,
                List.of(),
                failures);
    }

    private static ConfigProblem restartRequired(SettingChange settingChange, SettingValues next) {
        return ConfigProblem.at(
                next.source(settingChange.setting()),
                "\"" + settingChange
                        + "\" cannot change while the service runs; restart it, or write fixed-change = \"defer\" in"
                        + " [ginkgo] to apply the rest");
    }

    private static void notifySections(List<SettingChange> changes, List<ReloadResult.Failure> failures) {
        for (SettingChange settingChange : changes) {
            SettingsOwner owner = settingChange.setting().owner();
            if (!(owner instanceof ServiceNode)) { // a section, which belongs to no service
                settingChange
                        .notifyObservers()
                        .forEach(thrown -> failures.add(new ReloadResult.Failure(owner.path(), thrown)));
            }
        }
    }

    private void notifyServices(
            ServiceNode serviceNode, List<SettingChange> changes, List<ReloadResult.Failure> failures) {
        serviceNode.children().forEach(child -> notifyServices(child, changes, failures));
        ServiceRun serviceRun = serviceNode.serviceRun;
        if (serviceRun == null || !serviceNode.state.isRunning()) {
            return;
        }
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Throwable hookError = HookCall.reload(
                serviceNode,
                serviceRun,
                () -> {
                    for (SettingChange settingChange : changes) {
                        if (settingChange.setting().owner() == serviceNode) {
                            thrown.addAll(settingChange.notifyObservers());
                        }
                    }
                    serviceNode.hooks().onReload();
                },
                Deadline.after(serviceTree.startTimeout(serviceNode)));
        List<Throwable> all = hookError == null ? new ArrayList<>() : new ArrayList<>(List.of(hookError));
        if (hookError == null || !(hookError instanceof java.util.concurrent.TimeoutException)) {
            all.addAll(0, thrown); // the hook has ended, so the list is complete and no longer modified
        }
        serviceNode.reloadFailure = all.isEmpty() ? null : all.getFirst();
        for (Throwable each : all) {
            serviceNode.hooks().log().error("{}: reload failed", serviceNode.path(), each);
            failures.add(new ReloadResult.Failure(serviceNode.path(), each));
        }
    }
}
