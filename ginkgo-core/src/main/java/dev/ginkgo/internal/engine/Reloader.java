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
import dev.ginkgo.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reload: read all anew, validate all, compare, swap, and only then tell the services, children before parents. After
 * nats-server's {@code reload.go}. Reloads take turns.
 */
public final class Reloader {
    private static final Logger LOG = LoggerFactory.getLogger("dev.ginkgo.Ginkgo");

    private final ServiceTree tree;
    private final CurrentSettings settings;
    private final EngineSettings limits;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final WaitQueue turn = new WaitQueue();

    public Reloader(ServiceTree tree, CurrentSettings settings, EngineSettings limits) {
        this.tree = tree;
        this.settings = settings;
        this.limits = limits;
    }

    public ReloadResult reload(Configuration from) {
        ReloadResult refused = tree.locked(() -> tree.isDown() ? refuse(from) : null);
        return refused == null ? reloadInTurn(from) : refused;
    }

    private ReloadResult refuse(Configuration from) {
        ConfigProblem problem = ConfigProblem.of(
                tree.root().path(), "is " + tree.root().state + "; settings can be reloaded only while it runs");
        return refused(List.of(problem), from.hasFiles());
    }

    private static ReloadResult refused(List<ConfigProblem> problems, boolean hasFile) {
        return new ReloadResult(ReloadResult.Outcome.REFUSED, hasFile, List.of(), List.of(), problems, List.of());
    }

    private ReloadResult reloadInTurn(Configuration from) {
        long never = WaitQueue.forever(TimeSource.system());
        turn.awaitUninterruptibly(() -> busy.compareAndSet(false, true) ? true : null, TimeSource.system(), never);
        try {
            return apply(from);
        } finally {
            busy.set(false);
            turn.signal();
        }
    }

    private ReloadResult apply(Configuration from) {
        BindingResult binding = settings.bind(from);
        if (!binding.problems().isEmpty()) {
            return refused(binding.problems(), from.hasFiles());
        }
        binding.warnings().forEach(LOG::warn);
        SettingValues before = settings.snapshot();
        List<SettingChange> fixed = before.changes(binding.snapshot()).stream()
                .filter(change -> change.setting().isFixed())
                .toList();
        if (!fixed.isEmpty() && limits.fixedChange(binding.snapshot()) == EngineSettings.FixedChange.REFUSE) {
            return refused(
                    fixed.stream().map(c -> isFixed(c, binding.snapshot())).toList(), from.hasFiles());
        }
        SettingValues next =
                binding.snapshot().keeping(fixed.stream().map(SettingChange::setting).toList(), before);
        List<ConfigProblem> among = fixed.isEmpty() ? List.of() : next.problemsAmong(next);
        if (!among.isEmpty()) {
            return refused(among, from.hasFiles());
        }
        List<SettingChange> changes = before.changes(next);
        List<String> pending = fixed.stream().map(c -> c.setting().fullKey()).toList();
        settings.publish(from, binding, next, pending);
        List<ReloadResult.Failure> failures = new ArrayList<>();
        tellTables(changes, failures);
        tell(tree.root(), changes, failures);
        return new ReloadResult(
                ReloadResult.Outcome.APPLIED,
                from.hasFiles(),
                changes.stream().map(SettingChange::toString).toList(),
                pending,
                List.of(),
                failures);
    }

    private static ConfigProblem isFixed(SettingChange change, SettingValues next) {
        return ConfigProblem.at(
                next.origin(change.setting()),
                "\"" + change
                        + "\" cannot change while the service runs; restart it, or write fixed-change = \"defer\" in"
                        + " [ginkgo] to apply the rest");
    }

    private static void tellTables(List<SettingChange> changes, List<ReloadResult.Failure> failures) {
        for (SettingChange change : changes) {
            SettingsOwner owner = change.setting().owner();
            if (!(owner instanceof ServiceNode)) {
                change.tell().forEach(thrown -> failures.add(new ReloadResult.Failure(owner.path(), thrown)));
            }
        }
    }

    private void tell(ServiceNode node, List<SettingChange> changes, List<ReloadResult.Failure> failures) {
        node.children().forEach(child -> tell(child, changes, failures));
        ServiceRun run = node.run;
        if (run == null || !node.state.isUp()) {
            return;
        }
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Throwable escaped = HookCall.reload(
                node,
                run,
                () -> {
                    for (SettingChange change : changes) {
                        if (change.setting().owner() == node) {
                            thrown.addAll(change.tell());
                        }
                    }
                    node.service().onReload();
                },
                Deadline.in(tree.startTimeout(node)));
        List<Throwable> all = escaped == null ? new ArrayList<>() : new ArrayList<>(List.of(escaped));
        if (escaped == null || !(escaped instanceof java.util.concurrent.TimeoutException)) {
            all.addAll(0, thrown); // the hook has ended, so the list is complete and no longer written to
        }
        node.reloadFailure = all.isEmpty() ? null : all.getFirst();
        for (Throwable each : all) {
            node.service().log().error("{}: reload failed", node.path(), each);
            failures.add(new ReloadResult.Failure(node.path(), each));
        }
    }
}
