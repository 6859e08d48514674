package dev.ginkgo;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.Problem;
import dev.ginkgo.internal.concurrent.Waiters;
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
final class Reloader {
    private static final Logger LOG = LoggerFactory.getLogger("dev.ginkgo.Ginkgo");

    private final Tree tree;
    private final LiveSettings settings;
    private final Limits limits;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Waiters turn = new Waiters();

    Reloader(Tree tree, LiveSettings settings, Limits limits) {
        this.tree = tree;
        this.settings = settings;
        this.limits = limits;
    }

    Reload reload(Configuration from) {
        Reload refused = tree.locked(() -> tree.isDown() ? refuse(from) : null);
        return refused == null ? reloadInTurn(from) : refused;
    }

    private Reload refuse(Configuration from) {
        Problem problem = Problem.of(
                tree.root().path(), "is " + tree.root().state + "; settings can be reloaded only while it runs");
        return refused(List.of(problem), from.hasFiles());
    }

    private static Reload refused(List<Problem> problems, boolean hasFile) {
        return new Reload(Reload.Outcome.REFUSED, hasFile, List.of(), List.of(), problems, List.of());
    }

    private Reload reloadInTurn(Configuration from) {
        long never = Waiters.forever(Time.system());
        turn.awaitUninterruptibly(() -> busy.compareAndSet(false, true) ? true : null, Time.system(), never);
        try {
            return apply(from);
        } finally {
            busy.set(false);
            turn.signal();
        }
    }

    private Reload apply(Configuration from) {
        Binding binding = settings.bind(from);
        if (!binding.problems().isEmpty()) {
            return refused(binding.problems(), from.hasFiles());
        }
        binding.warnings().forEach(LOG::warn);
        SettingValues before = settings.snapshot();
        List<Change> fixed = before.changes(binding.snapshot()).stream()
                .filter(change -> change.setting().isFixed())
                .toList();
        if (!fixed.isEmpty() && limits.fixedChange(binding.snapshot()) == Limits.FixedChange.REFUSE) {
            return refused(
                    fixed.stream().map(c -> isFixed(c, binding.snapshot())).toList(), from.hasFiles());
        }
        SettingValues next =
                binding.snapshot().keeping(fixed.stream().map(Change::setting).toList(), before);
        List<Problem> among = fixed.isEmpty() ? List.of() : next.problemsAmong(next);
        if (!among.isEmpty()) {
            return refused(among, from.hasFiles());
        }
        List<Change> changes = before.changes(next);
        List<String> pending = fixed.stream().map(c -> c.setting().fullKey()).toList();
        settings.publish(from, binding, next, pending);
        List<Reload.Failure> failures = new ArrayList<>();
        tellTables(changes, failures);
        tell(tree.root(), changes, failures);
        return new Reload(
                Reload.Outcome.APPLIED,
                from.hasFiles(),
                changes.stream().map(Change::toString).toList(),
                pending,
                List.of(),
                failures);
    }

    private static Problem isFixed(Change change, SettingValues next) {
        return Problem.at(
                next.origin(change.setting()),
                "\"" + change
                        + "\" cannot change while the service runs; restart it, or write fixed-change = \"defer\" in"
                        + " [ginkgo] to apply the rest");
    }

    private static void tellTables(List<Change> changes, List<Reload.Failure> failures) {
        for (Change change : changes) {
            Place owner = change.setting().owner();
            if (!(owner instanceof Node)) {
                change.tell().forEach(thrown -> failures.add(new Reload.Failure(owner.path(), thrown)));
            }
        }
    }

    private void tell(Node node, List<Change> changes, List<Reload.Failure> failures) {
        node.children().forEach(child -> tell(child, changes, failures));
        Run run = node.run;
        if (run == null || !node.state.isUp()) {
            return;
        }
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Throwable escaped = Hook.reload(
                node,
                run,
                () -> {
                    for (Change change : changes) {
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
            failures.add(new Reload.Failure(node.path(), each));
        }
    }
}
