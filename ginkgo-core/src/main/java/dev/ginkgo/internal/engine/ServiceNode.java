package dev.ginkgo;

import dev.ginkgo.internal.concurrent.Waiters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A service's place in its tree: who is above and below, what it declared, where it stands. What changes while the
 * tree runs is guarded by the tree's lock (see {@link Tree}); what a constructor declares is read-only from then on.
 */
final class Node implements Place {
    private final ServiceHooks service;
    private final String type;
    private final AtomicReference<@Nullable Node> parent = new AtomicReference<>();
    private final Children children = new Children();
    private final List<SettingDefinition<?>> settings = new ArrayList<>();
    private final List<String> expected = new ArrayList<>();
    private final Waiters waiters = new Waiters();
    private volatile String name;
    private volatile RestartPolicy supervision = RestartPolicy.of(RestartPolicy.Scope.NONE);
    private Lifecycle lifecycle = Lifecycle.standard();
    private @Nullable ChildSelection choice;
    private volatile @Nullable Tree tree;

    // guarded by the tree's lock; volatile ones may be read without
    volatile State state = State.NEW;
    volatile Instant since = Instant.EPOCH;
    volatile @Nullable Run run;
    /** Stopped or failed, and nobody will start it again (but the root's owner). */
    volatile boolean ended;

    volatile String reason = "";
    volatile @Nullable Throwable failure;
    volatile @Nullable Throwable reloadFailure;
    /** How the last run ended. */
    volatile Outcome outcome = Outcome.CLEAN;
    /** The recovery that will start it again, where there is one; a stop takes it out, another recovery takes it over. */
    Supervisor.@Nullable Keeper keeper;
    /** Added while its parent ran: goes with the parent's stop. Set before it is among the children. */
    volatile boolean added;

    volatile Restarts restarts = new Restarts();

    /**
     * Creates a node without a parent.
     *
     * @param type the simple name of the service's class; empty if it has none
     */
    Node(ServiceHooks service, String type) {
        this.service = service;
        this.type = type;
        this.name = type.isEmpty() ? "service" : Keys.kebab(type);
    }

    // ---- declare

    void add(String childName, Node child, RestartPolicy onFailure) {
        Run current = run;
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
    void put(String childName, Node child, RestartPolicy onFailure, boolean whileRunning) {
        Keys.requireFreeName(this, Keys.requireName(childName));
        child.adopt(this, childName, onFailure);
        child.added = whileRunning;
        Node namesake = children.putIfAbsent(childName, child);
        if (namesake != null) {
            child.added = false;
            child.parent.set(null);
            throw new IllegalArgumentException(path() + " has a child \"" + childName + "\" already (a "
                    + namesake.type() + "); use add(\"" + children.freeName(childName) + "\", …)");
        }
        Tree attached = tree;
        if (attached != null) {
            child.attach(attached);
        }
    }

    private void adopt(Node newParent, String newName, RestartPolicy onFailure) {
        for (Node above = newParent; above != null; above = above.parent()) {
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
    void orphan() {
        Node above = parent();
        if (above != null) {
            above.children.remove(name, this);
            added = false;
            parent.set(null);
        }
    }

    /** Puts a fresh service where this one stood; {@code fresh} has no parent yet. */
    void replaceBy(Node fresh) {
        Node above = parent();
        if (above == null) {
            throw new IllegalStateException(path() + " is not a child");
        }
        fresh.adopt(above, name, supervision);
        fresh.restarts = restarts;
        fresh.added = added;
        above.children.replace(name, this, fresh);
        parent.set(null);
    }

    void expect(List<String> names) {
        requireDeclaring("expect");
        expected.addAll(names);
    }

    void choice(ChildSelection declared) {
        requireDeclaring("choose");
        choice = declared;
    }

    void lifecycle(Lifecycle declared) {
        requireDeclaring("lifecycle");
        lifecycle = declared;
    }

    <T> SettingDefinition<T> declare(SettingDefinition<T> setting) {
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
        Node above = parent.get();
        return above == null ? name : above.path() + "/" + name;
    }

    @Override
    public String key() {
        Node above = parent.get();
        return above == null ? "" : Keys.join(above.key(), name);
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
    public List<Node> places() {
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

    ServiceHooks service() {
        return service;
    }

    @Nullable
    Node parent() {
        return parent.get();
    }

    List<Node> children() {
        return children.list();
    }

    String name() {
        return name;
    }

    Waiters waiters() {
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
    synchronized void claim(Tree fresh) {
        Tree old = tree;
        if (old != null && !old.isOver()) {
            throw new IllegalStateException(path() + " is " + state + ": it can be started again when it has stopped");
        }
        attach(fresh);
    }

    /** Belongs to a tree from now on, with all below it. */
    void attach(Tree to) {
        tree = to;
        children().forEach(child -> child.attach(to));
    }

    void rename(String rootName) {
        name = rootName;
    }

    Time timeOrSystem() {
        Tree attached = tree;
        return attached == null ? Time.system() : attached.time();
    }

    Tree tree(String operation) {
        Tree attached = tree;
        if (attached == null) {
            throw new IllegalStateException(notYet(operation));
        }
        return attached;
    }

    /** The run in which the service may act, for {@code operation}. */
    Run run(String operation) {
        Run current = run;
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

    void ownOrClose(AutoCloseable resource) {
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

    void remove(Node child) {
        if (child.parent() != this) {
            throw new IllegalArgumentException(child.path() + " is not a child of " + path());
        }
        Tree attached = tree;
        if (attached == null) {
            child.orphan();
        } else {
            attached.remove(this, child);
        }
    }

    void stop() {
        Tree attached = tree;
        if (attached != null) {
            attached.stop(this);
        }
    }

    void awaitReady(Duration atMost) throws InterruptedException {
        ReadyWait.await(this, atMost);
    }

    void awaitStopped() throws InterruptedException {
        Tree attached = tree;
        if (attached == null) {
            return;
        }
        boolean root = this == attached.root();
        Time time = Time.system();
        waiters.await(
                () -> (attached.isOver() || (!root && ended && run == null)) ? true : null,
                time,
                Waiters.forever(time));
    }

    Status status() {
        Run current = run;
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
                children().stream().map(Node::status).toList());
    }
}
