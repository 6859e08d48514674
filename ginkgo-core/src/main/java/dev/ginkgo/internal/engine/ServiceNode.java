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
    private final ServiceHooks hooks;
    private final String typeName;
    private final AtomicReference<@Nullable ServiceNode> parent = new AtomicReference<>();
    private final Children children = new Children();
    private final List<SettingDefinition<?>> settings = new ArrayList<>();
    private final List<String> allowedChildren = new ArrayList<>();
    private final WaitQueue waitQueue = new WaitQueue();
    private volatile String name;
    private volatile RestartPolicy restartPolicy = RestartPolicy.of(RestartPolicy.Scope.ESCALATE);
    private Lifecycle lifecycle = Lifecycle.standard();
    private @Nullable ChildSelection childSelection;
    private volatile @Nullable ServiceTree serviceTree;

    // guarded by the tree's lock; volatile ones may be read without
    volatile State state = State.NEW;
    volatile Instant since = Instant.EPOCH;
    public volatile @Nullable ServiceRun serviceRun;
    /** Stopped or failed, and nobody will start it again (but the root's owner). */
    public volatile boolean terminated;

    volatile String reason = "";
    volatile @Nullable Throwable failure;
    volatile @Nullable Throwable reloadFailure;
    /** How the last run ended. */
    volatile StopResult lastResult = StopResult.CLEAN;
    /** The recovery that will start it again, where there is one; a stop takes it out, another recovery takes it over. */
    Supervisor.@Nullable RecoveryToken recoveryToken;
    /** Added while its parent ran: goes with the parent's stop. Set before it is among the children. */
    volatile boolean addedAtRunTime;

    volatile RestartHistory restartHistory = new RestartHistory();

    /**
     * Creates a node without a parent.
     *
     * @param type the simple name of the service's class; empty if it has none
     */
    public ServiceNode(ServiceHooks service, String type) {
        this.hooks = service;
        this.typeName = type;
        this.name = type.isEmpty() ? "service" : KeySyntax.kebab(type);
    }

    // ---- declare

    public void add(String childName, ServiceNode child, RestartPolicy onFailure) {
        ServiceRun current = serviceRun;
        if (current == null && serviceTree != null) {
            throw new IllegalStateException(
                    path() + " is " + state + ": a child can be added in the constructor or while"
                            + " the service runs, so \"" + childName + "\" was not");
        }
        addWithoutStart(childName, child, onFailure, current != null);
        if (current != null) {
            current.tree().startAdded(this, current, child);
        }
    }

    /** Makes it a child that belongs to this node's tree, if there is one, and starts nothing. */
    public void addWithoutStart(String childName, ServiceNode child, RestartPolicy onFailure, boolean whileRunning) {
        KeySyntax.requireUnusedName(this, KeySyntax.requireName(childName));
        child.attachToParent(this, childName, onFailure);
        child.addedAtRunTime = whileRunning;
        ServiceNode namesake = children.putIfAbsent(childName, child);
        if (namesake != null) {
            child.addedAtRunTime = false;
            child.parent.set(null);
            throw new IllegalArgumentException(path() + " has a child \"" + childName + "\" already (a "
                    + namesake.typeName() + "); use add(\"" + children.unusedName(childName) + "\", …)");
        }
        ServiceTree attached = serviceTree;
        if (attached != null) {
            child.attachToTree(attached);
        }
    }

    private void attachToParent(ServiceNode newParent, String newName, RestartPolicy onFailure) {
        for (ServiceNode above = newParent; above != null; above = above.parent()) {
            if (above == this) {
                throw new IllegalArgumentException(
                        path() + " cannot be its own child: it was to be added as " + newParent.path() + "/" + newName);
            }
        }
        if (serviceTree != null && parent.get() == null && state != State.NEW) {
            throw new IllegalArgumentException("the " + typeName() + " at " + path()
                    + " runs as a root, or has run; it cannot become " + newParent.path() + "/" + newName);
        }
        if (!parent.compareAndSet(null, newParent)) {
            throw new IllegalArgumentException("the " + typeName() + " to be added as " + newParent.path() + "/"
                    + newName + " stands at " + path() + " already; a service has one parent, so make another object");
        }
        name = newName;
        restartPolicy = onFailure;
    }

    /** Undoes {@link #add}. */
    public void detachFromParent() {
        ServiceNode above = parent();
        if (above != null) {
            above.children.remove(name, this);
            addedAtRunTime = false;
            parent.set(null);
        }
    }

    /** Puts a fresh service where this one stood; {@code fresh} has no parent yet. */
    void replaceWith(ServiceNode fresh) {
        ServiceNode above = parent();
        if (above == null) {
            throw new IllegalStateException(path() + " is not a child");
        }
        fresh.attachToParent(above, name, restartPolicy);
        fresh.restartHistory = restartHistory;
        fresh.addedAtRunTime = addedAtRunTime;
        above.children.replace(name, this, fresh);
        parent.set(null);
    }

    public void allowChildren(List<String> names) {
        requireDeclaring("allowChildren");
        allowedChildren.addAll(names);
    }

    public void childSelection(ChildSelection declared) {
        requireDeclaring("select");
        childSelection = declared;
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
        if (serviceTree != null) {
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
    public String typeName() {
        return typeName;
    }

    @Override
    public List<SettingDefinition<?>> settings() {
        return settings;
    }

    @Override
    public List<ServiceNode> childOwners() {
        return children();
    }

    @Override
    public List<String> allowedChildren() {
        return allowedChildren;
    }

    @Override
    public @Nullable ChildSelection childSelection() {
        return childSelection;
    }

    // ---- look

    public ServiceHooks hooks() {
        return hooks;
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

    public WaitQueue waitQueue() {
        return waitQueue;
    }

    RestartPolicy restartPolicy() {
        return restartPolicy;
    }

    boolean onStartFirst() {
        return lifecycle.onStartFirst();
    }

    Optional<Duration> startTimeout() {
        return lifecycle.startTimeout();
    }

    Optional<Duration> stopTimeout() {
        return lifecycle.stopTimeout();
    }

    /** Under the tree's lock: whether this node, and those below, are started no more. */
    void markTerminated(boolean now) {
        terminated = now;
        children().forEach(child -> child.markTerminated(now));
    }

    /** Becomes the root of a new tree, unless it runs in another. */
    public synchronized void attachAsRoot(ServiceTree fresh) {
        ServiceTree old = serviceTree;
        if (old != null && !old.isTerminated()) {
            throw new IllegalStateException(path() + " is " + state + ": it can be started again when it has stopped");
        }
        attachToTree(fresh);
    }

    /** Belongs to a tree from now on, with all below it. */
    void attachToTree(ServiceTree to) {
        serviceTree = to;
        children().forEach(child -> child.attachToTree(to));
    }

    public void rename(String rootName) {
        name = rootName;
    }

    public TimeSource timeOrSystem() {
        ServiceTree attached = serviceTree;
        return attached == null ? TimeSource.system() : attached.time();
    }

    public ServiceTree tree(String operation) {
        ServiceTree attached = serviceTree;
        if (attached == null) {
            throw new IllegalStateException(notStartedMessage(operation));
        }
        return attached;
    }

    /** The run in which the service may act, for {@code operation}. */
    public ServiceRun run(String operation) {
        ServiceRun current = serviceRun;
        if (current == null) {
            throw new IllegalStateException(
                    serviceTree == null
                            ? notStartedMessage(operation)
                            : path() + " is " + state + ": " + operation + " has no effect there");
        }
        if (!current.isActing()) {
            throw new IllegalStateException(notStartedMessage(operation));
        }
        return current;
    }

    private String notStartedMessage(String operation) {
        return operation + " was called on " + path()
                + " before its onStart: a constructor declares, onStart acts, so move the call there";
    }

    public void closeOnStop(AutoCloseable resource) {
        try {
            if (!run("closeOnStop").closeOnStop(resource)) {
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
        ServiceTree attached = serviceTree;
        if (attached == null) {
            child.detachFromParent();
        } else {
            attached.remove(this, child);
        }
    }

    public void stop() {
        ServiceTree attached = serviceTree;
        if (attached != null) {
            attached.stop(this);
        }
    }

    public void awaitReady(Duration atMost) throws InterruptedException {
        ReadyWait.await(this, atMost);
    }

    public void awaitStopped() throws InterruptedException {
        ServiceTree attached = serviceTree;
        if (attached == null) {
            return;
        }
        boolean root = this == attached.root();
        TimeSource timeSource = TimeSource.system();
        waitQueue.await(
                () -> (attached.isTerminated() || (!root && terminated && serviceRun == null)) ? true : null,
                timeSource,
                WaitQueue.never(timeSource));
    }

    public Status status() {
        ServiceRun current = serviceRun;
        return new Status(
                path(),
                typeName(),
                state,
                since,
                reason,
                Optional.ofNullable(failure),
                restartHistory.lastFailure(),
                restartHistory.count(),
                restartHistory.remainingPause(),
                current == null ? 0 : current.taskCount(),
                Optional.ofNullable(reloadFailure),
                children().stream().map(ServiceNode::status).toList());
    }
}
