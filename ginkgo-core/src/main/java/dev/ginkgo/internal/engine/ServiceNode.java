package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.config.ChildSelection;
import dev.ginkgo.internal.config.ChildTables;
import dev.ginkgo.internal.config.KeySyntax;
import dev.ginkgo.internal.config.Messages;
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
 * Node of the service tree: the parent and children of a service, its declarations and its state. Fields that change
 * while the tree runs are guarded by the tree's lock (see {@link ServiceTree}). What the constructor of the service
 * declares is read-only after the start.
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
    private @Nullable ChildTables childTables;
    private volatile @Nullable ServiceTree serviceTree;

    // guarded by the tree's lock; volatile fields may be read without it
    volatile State state = State.NEW;
    volatile Instant since = Instant.EPOCH;
    public volatile @Nullable ServiceRun serviceRun;
    /** Stopped or failed permanently: neither supervision nor the parent starts the node again. */
    public volatile boolean terminated;

    volatile String reason = "";
    volatile @Nullable Throwable failure;
    volatile @Nullable Throwable reloadFailure;
    /** Result of the last run. */
    volatile StopResult lastResult = StopResult.CLEAN;
    /**
     * Recovery that will start this node again; null if there is none. A stop clears it; another recovery replaces it.
     */
    Supervisor.@Nullable RecoveryToken recoveryToken;
    /**
     * Whether the node was added while its parent was running. It is then removed when the parent stops. Set before the
     * node becomes visible among the children.
     */
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

    // ---- declaring

    /** Adds a child; if this node is running, also binds and starts it. */
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

    /** Adds a child to this node and to its tree, if it has one, without starting the child. */
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
        for (ServiceNode ancestor = newParent; ancestor != null; ancestor = ancestor.parent()) {
            if (ancestor == this) {
                throw new IllegalArgumentException(
                        path() + " cannot be its own descendant: cannot add it as " + newParent.path() + "/" + newName);
            }
        }
        if (serviceTree != null && parent.get() == null && state != State.NEW) {
            throw new IllegalArgumentException("the " + typeName() + " at " + path()
                    + " is or was the root of a tree; it cannot become " + newParent.path() + "/" + newName);
        }
        if (!parent.compareAndSet(null, newParent)) {
            throw new IllegalArgumentException("the " + typeName() + " to be added as " + newParent.path() + "/"
                    + newName + " is already at " + path() + "; a service has one parent, so create another object");
        }
        name = newName;
        restartPolicy = onFailure;
    }

    /** Removes this node from its parent. The inverse of {@link #add}. */
    public void detachFromParent() {
        ServiceNode ancestor = parent();
        if (ancestor != null) {
            ancestor.children.remove(name, this);
            addedAtRunTime = false;
            parent.set(null);
        }
    }

    /** Replaces this node by another one that has no parent yet. */
    void replaceWith(ServiceNode replacement) {
        ServiceNode ancestor = parent();
        if (ancestor == null) {
            throw new IllegalStateException(path() + " is not a child");
        }
        replacement.attachToParent(ancestor, name, restartPolicy);
        replacement.restartHistory = restartHistory;
        replacement.addedAtRunTime = addedAtRunTime;
        ancestor.children.replace(name, this, replacement);
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

    public void childTables(ChildTables declared) {
        childTables = declared;
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

    // ---- position in the tree

    @Override
    public String path() {
        ServiceNode ancestor = parent.get();
        return ancestor == null ? name : ancestor.path() + "/" + name;
    }

    @Override
    public String key() {
        ServiceNode ancestor = parent.get();
        return ancestor == null ? "" : KeySyntax.join(ancestor.key(), name);
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

    @Override
    public @Nullable ChildTables childTables() {
        return childTables;
    }

    // ---- inspection

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

    boolean startsInParallel() {
        return lifecycle.parallelStart();
    }

    Optional<Duration> startTimeout() {
        return lifecycle.startTimeout();
    }

    Optional<Duration> stopTimeout() {
        return lifecycle.stopTimeout();
    }

    /** Sets whether this node and those below it will not be started again. Called under the tree's lock. */
    void markTerminated(boolean now) {
        terminated = now;
        children().forEach(child -> child.markTerminated(now));
    }

    /**
     * Makes this node the root of a new tree.
     *
     * @throws IllegalStateException if it belongs to a tree that has not stopped
     */
    public synchronized void attachAsRoot(ServiceTree newTree) {
        ServiceTree old = serviceTree;
        if (old != null && !old.isTerminated()) {
            throw new IllegalStateException(path() + " is " + state + ": it can be started again when it has stopped");
        }
        attachToTree(newTree);
    }

    /** Attaches this node and those below it to a tree. */
    void attachToTree(ServiceTree newTree) {
        serviceTree = newTree;
        children().forEach(child -> child.attachToTree(newTree));
    }

    public void rename(String rootName) {
        name = rootName;
    }

    /** Returns the tree that this node belongs to, or last belonged to; null before its first start. */
    @Nullable
    ServiceTree treeOrNull() {
        return serviceTree;
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

    /**
     * Returns the current run, if the service may act in it.
     *
     * @param operation name of the calling method, for the exception
     * @throws IllegalStateException before {@code onStart}, if the service is not running, or if the caller is a task
     *     that an earlier run of this service left behind
     */
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
        if (current.isCalledFromEarlierRun()) {
            throw new IllegalStateException(operation + " was called by a task of an earlier run of " + path()
                    + ", which did not stop: let the exception end it");
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
                throw new IllegalStateException(path() + " is stopping and accepts no more resources; "
                        + Messages.describe(resource) + " was closed");
            }
        } catch (IllegalStateException rejected) {
            try {
                resource.close();
            } catch (Exception e) {
                rejected.addSuppressed(e);
            }
            throw rejected;
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
        ReadyWait.awaitStopped(this);
    }

    /** Returns the status of this node and of everything below it, all of the same moment. */
    public Status status() {
        return StatusReader.read(this);
    }
}
