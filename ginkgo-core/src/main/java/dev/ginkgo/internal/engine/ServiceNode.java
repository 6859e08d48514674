package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.config.ChildSelection;
import dev.ginkgo.internal.config.KeySyntax;
import dev.ginkgo.internal.config.SettingDefinition;
import dev.ginkgo.internal.config.SettingsOwner;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A service's place in its tree: who is above and below, what it declared, where it stands. What changes while the
 * tree runs is guarded by the tree's lock (see {@link ServiceTree}); what a constructor declares is read-only from then on.
 */
public final class ServiceNode implements SettingsOwner {
    private final ServiceHooks service;
    private final String type;
    private final AtomicReference<@Nullable ServiceNode> parent = new AtomicReference<>();
    private final Children children = new Children();
    private final List<SettingDefinition<?>> settings = new ArrayList<>();
    private final List<String> expected = new ArrayList<>();
    private final WaitQueue waiters = new WaitQueue();
    private volatile String name;
    private volatile RestartPolicy supervision = RestartPolicy.of(RestartPolicy.Scope.NONE);
    private Lifecycle lifecycle = Lifecycle.standard();
    private @Nullable ChildSelection choice;
    private volatile @Nullable ServiceTree tree;

    // guarded by the tree's lock; volatile ones may be read without
    volatile State state = State.NEW;
    volatile Instant since = Instant.EPOCH;
    public volatile @Nullable ServiceRun run;
    /** Stopped or failed, and nobody will start it again (but the root's owner). */
    public volatile boolean ended;

    volatile String reason = "";
    volatile @Nullable Throwable failure;
    volatile @Nullable Throwable reloadFailure;
    /** How the last run ended. */
    volatile StopResult outcome = StopResult.CLEAN;
    /** The recovery that will start it again, where there is one; a stop takes it out, another recovery takes it over. */
    Supervisor.@Nullable RecoveryToken keeper;
    /** Added while its parent ran: goes with the parent's stop. Set before it is among the children. */
    volatile boolean added;

    volatile RestartHistory restarts = new RestartHistory();

    /**
     * Creates a node without a parent.
     *
     * @param type the simple name of the service's class; empty if it has none
     */
    public ServiceNode(ServiceHooks service, String type) {
        this.service = service;
        this.type = type;
        this.name = type.isEmpty() ? "service" : KeySyntax.kebab(type);
    }

    // ---- declare

    public void add(String childName, ServiceNode child, RestartPolicy onFailure) {
        ServiceRun current = run;
        if (current == null && tree != null) {
            throw new IllegalStateException(
                    path() + " is " + state + ": a child can be added in the constructor or while"
                            + " the service runs, so \"" + childName + "\" was not");
        }
        put(childName, child, onFailure, current != null);
        if (current != null) {
            current.tree().startAdded(this, current, child);
        }
    }

    /** Makes it a child that belongs to this node's tree, if there is one, and starts nothing. */
    public void put(String childName, ServiceNode child, RestartPolicy onFailure, boolean whileRunning) {
        KeySyntax.requireFreeName(this, KeySyntax.requireName(childName));
        child.adopt(this, childName, onFailure);
        child.added = whileRunning;
        ServiceNode namesake = children.putIfAbsent(childName, child);
        if (namesake != null) {
            child.added = false;
            child.parent.set(null);
            throw new IllegalArgumentException(path() + " has a child \"" + childName + "\" already (a "
                    + namesake.type() + "); use add(\"" + children.freeName(childName) + "\", …)");
        }
        ServiceTree attached = tree;
        if (attached != null) {
            child.attach(attached);
        }
    }

    private void adopt(ServiceNode newParent, String newName, RestartPolicy onFailure) {
        for (ServiceNode above = newParent; above != null; above = above.parent()) {
            if (above == this) {
                throw new IllegalArgumentException(
                        path() + " cannot be its own child: it was to be added as " + newParent.path() + "/" + newName);
            }
        }
        if (tree != null && parent.get() == null && state != State.NEW) {
            throw new IllegalArgumentException("the " + type() + " at " + path()
                    + " runs as a root, or has run; it cannot become " + newParent.path() + "/" + newName);
        }
        if (!parent.compareAndSet(null, newParent)) {
            throw new IllegalArgumentException("the " + type() + " to be added as " + newParent.path() + "/" + newName
                    + " stands at " + path() + " already; a service has one parent, so make another object");
        }
        name = newName;
        supervision = onFailure;
    }

    /** Undoes {@link #add}. */
    public void orphan() {
        ServiceNode above = parent();
        if (above != null) {
            above.children.remove(name, this);
            added = false;
            parent.set(null);
        }
    }

    /** Puts a fresh service where this one stood; {@code fresh} has no parent yet. */
    void replaceBy(ServiceNode fresh) {
        ServiceNode above = parent();
        if (above == null) {
            throw new IllegalStateException(path() + " is not a child");
        }
        fresh.adopt(above, name, supervision);
        fresh.restarts = restarts;
        fresh.added = added;
        above.children.replace(name, this, fresh);
        parent.set(null);
    }

    public void expect(List<String> names) {
        requireDeclaring("expect");
        expected.addAll(names);
    }

    public void choice(ChildSelection declared) {
        requireDeclaring("choose");
        choice = declared;
    }

    public void lifecycle(Lifecycle declared) {
        requireDeclaring("lifecycle");
        lifecycle = declared;
    }

    public <T> SettingDefinition<T> declare(SettingDefinition<T> setting) {
        requireDeclaring("setting \"" + setting.key() + "\"");
        settings.add(setting);
        return setting;
    }

    private void requireDeclaring(String what) {
        if (tree != null) {
            throw new IllegalStateException(path() + " is " + state + ": " + what
                    + " belongs in the constructor (a constructor declares, onStart acts)");
        }
    }

    // ---- the place

    @Override
    public String path() {
        ServiceNode above = parent.get();
        return above == null ? name : above.path() + "/" + name;
    }

    @Override
    public String key() {
        ServiceNode above = parent.get();
        return above == null ? "" : KeySyntax.join(above.key(), name);
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public List<SettingDefinition<?>> settings() {
        return settings;
    }

    @Override
    public List<ServiceNode> places() {
        return children();
    }

    @Override
    public List<String> expected() {
        return expected;
    }

    @Override
    public @Nullable ChildSelection choice() {
        return choice;
    }

    // ---- look

    public ServiceHooks service() {
        return service;
    }

    public @Nullable ServiceNode parent() {
        return parent.get();
    }

    public List<ServiceNode> children() {
        return children.list();
    }

    public String name() {
        return name;
    }

    public WaitQueue waiters() {
        return waiters;
    }

    RestartPolicy supervision() {
        return supervision;
    }

    boolean hookFirst() {
        return lifecycle.hookFirst();
    }

    Optional<Duration> startTimeout() {
        return lifecycle.startTimeout();
    }

    Optional<Duration> stopTimeout() {
        return lifecycle.stopTimeout();
    }

    /** Under the tree's lock: whether this node, and those below, are started no more. */
    void markEnded(boolean now) {
        ended = now;
        children().forEach(child -> child.markEnded(now));
    }

    /** Becomes the root of a new tree, unless it runs in another. */
    public synchronized void claim(ServiceTree fresh) {
        ServiceTree old = tree;
        if (old != null && !old.isOver()) {
            throw new IllegalStateException(path() + " is " + state + ": it can be started again when it has stopped");
        }
        attach(fresh);
    }

    /** Belongs to a tree from now on, with all below it. */
    void attach(ServiceTree to) {
        tree = to;
        children().forEach(child -> child.attach(to));
    }

    public void rename(String rootName) {
        name = rootName;
    }

    public TimeSource timeOrSystem() {
        ServiceTree attached = tree;
        return attached == null ? TimeSource.system() : attached.time();
    }

    public ServiceTree tree(String operation) {
        ServiceTree attached = tree;
        if (attached == null) {
            throw new IllegalStateException(notYet(operation));
        }
        return attached;
    }

    /** The run in which the service may act, for {@code operation}. */
    public ServiceRun run(String operation) {
        ServiceRun current = run;
        if (current == null) {
            throw new IllegalStateException(
                    tree == null
                            ? notYet(operation)
                            : path() + " is " + state + ": " + operation + " has no effect there");
        }
        if (!current.isActing()) {
            throw new IllegalStateException(notYet(operation));
        }
        return current;
    }

    private String notYet(String operation) {
        return operation + " was called on " + path()
                + " before its onStart: a constructor declares, onStart acts, so move the call there";
    }

    public void ownOrClose(AutoCloseable resource) {
        try {
            if (!run("own").own(resource)) {
                throw new IllegalStateException(
                        path() + " is stopping: it can own nothing more; " + resource + " was closed");
            }
        } catch (IllegalStateException refused) {
            try {
                resource.close();
            } catch (Exception e) {
                refused.addSuppressed(e);
            }
            throw refused;
        }
    }

    // ---- control

    public void remove(ServiceNode child) {
        if (child.parent() != this) {
            throw new IllegalArgumentException(child.path() + " is not a child of " + path());
        }
        ServiceTree attached = tree;
        if (attached == null) {
            child.orphan();
        } else {
            attached.remove(this, child);
        }
    }

    public void stop() {
        ServiceTree attached = tree;
        if (attached != null) {
            attached.stop(this);
        }
    }

    public void awaitReady(Duration atMost) throws InterruptedException {
        ReadyWait.await(this, atMost);
    }

    public void awaitStopped() throws InterruptedException {
        ServiceTree attached = tree;
        if (attached == null) {
            return;
        }
        boolean root = this == attached.root();
        TimeSource time = TimeSource.system();
        waiters.await(
                () -> (attached.isOver() || (!root && ended && run == null)) ? true : null,
                time,
                WaitQueue.forever(time));
    }

    public Status status() {
        ServiceRun current = run;
        return new Status(
                path(),
                type(),
                state,
                since,
                reason,
                Optional.ofNullable(failure),
                restarts.last(),
                restarts.count(),
                restarts.left(),
                current == null ? 0 : current.taskCount(),
                Optional.ofNullable(reloadFailure),
                children().stream().map(ServiceNode::status).toList());
    }
}
