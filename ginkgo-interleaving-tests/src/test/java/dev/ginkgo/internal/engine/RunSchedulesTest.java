package dev.ginkgo.internal.engine;

import static dev.ginkgo.interleaving.control.ControlledScenario.require;
import static java.util.Objects.requireNonNull;

import dev.ginkgo.interleaving.control.ControlledScenario;
import dev.ginkgo.interleaving.control.Schedules;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.TaskType;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The run of a service in schedules of its stop with its failure, start, restart, reload and tasks. */
class RunSchedulesTest {
    private static final Schedules SCHEDULES = new Schedules();

    /** A service that fails while it is stopped. */
    private static final class FailureAndStop extends ServiceScenario {
        private final ServiceRun run = startTree();

        @Override
        public List<Action> actions() {
            return List.of(() -> stop(node), () -> tree.fail(node, run, new IllegalStateException("broken")));
        }

        @Override
        public void verify() {
            require(node.state == State.STOPPED || node.state == State.FAILED, "the state is " + node.state);
            require((node.state == State.FAILED) == (node.failure != null), node.state + " with " + node.failure);
            require(hooks.stops == 1, "onStop was called " + hooks.stops + " times");
            require(run.taskCount() == 0, "a task is left: " + run.tasks());
            hooks.verify();
        }
    }

    /** A service that is stopped while it starts. */
    private static final class StartAndStop extends ServiceScenario {
        private boolean started;

        StartAndStop() {
            node.attachAsRoot(tree);
        }

        @Override
        public List<Action> actions() {
            return List.of(this::start, () -> stop(node));
        }

        private void start() {
            try {
                tree.startSequence().start(node, null, () -> true);
                started = true;
            } catch (StartException e) {
                require(e.cancelled(), e.toString());
            }
        }

        @Override
        public void verify() {
            if (node.state == State.READY) { // the stop came first, and there was nothing to stop
                require(started && hooks.stops == 0, "stopped, but READY");
            } else {
                require(node.state == State.STOPPED, "the state is " + node.state);
                require(node.serviceRun == null, "there is a run");
                require(!started || hooks.stops == 1, "started, but stopped " + hooks.stops + " times");
            }
            hooks.verify();
        }
    }

    /** A supervised service that fails, and is restarted while a part of the tree is stopped. */
    private abstract static class RestartAndStop extends ServiceScenario {
        final CountingHooks childHooks = new CountingHooks();
        final ServiceNode child = node("Child", childHooks);
        private final ServiceRun childRun;

        RestartAndStop() {
            node.addWithoutStart(
                    "child",
                    child,
                    RestartPolicy.of(RestartPolicy.Scope.ONE_FOR_ONE).backoff(Duration.ZERO, Duration.ZERO),
                    false);
            startTree();
            childRun = requireNonNull(child.serviceRun);
        }

        abstract ServiceNode stopped();

        @Override
        public List<Action> actions() {
            return List.of(
                    () -> stop(stopped()), () -> tree.fail(child, childRun, new IllegalStateException("broken")));
        }

        @Override
        public void verify() {
            require(!child.state.isRunning(), "the child is " + child.state);
            require(child.serviceRun == null, "the child has a run");
            require(child.terminated, "the child may be started again");
            require(childHooks.stops >= 1, "the child was not stopped");
            childHooks.verify();
            hooks.verify();
        }
    }

    /** A restart while the whole tree is stopped. */
    private static final class RestartAndStopOfTree extends RestartAndStop {
        @Override
        ServiceNode stopped() {
            return node;
        }

        @Override
        public void verify() {
            require(node.state == State.STOPPED, "the tree is " + node.state);
            require(hooks.stops == 1, "onStop was called " + hooks.stops + " times");
            super.verify();
        }
    }

    /** A restart while the service itself is stopped. */
    private static final class RestartAndStopOfChild extends RestartAndStop {
        @Override
        ServiceNode stopped() {
            return child;
        }

        @Override
        public void verify() {
            require(node.state == State.READY, "the parent is " + node.state);
            super.verify();
        }
    }

    /** A reload of a service that is stopped. */
    private static final class ReloadAndStop extends ServiceScenario {
        private final ServiceRun run = startTree();

        @Override
        public List<Action> actions() {
            return List.of(this::reload, this::stop);
        }

        private void reload() {
            Throwable thrown = HookCall.reload(node, run, hooks::onReload, longDeadline());
            require(thrown == null, "onReload failed: " + thrown);
        }

        private void stop() {
            StopResult result = stop(node);
            require(result.isClean(), result.message("service"));
        }

        @Override
        public void verify() {
            require(node.state == State.STOPPED, "the state is " + node.state);
            require(hooks.stops == 1, "onStop was called " + hooks.stops + " times");
            require(run.taskCount() == 0, "a task is left: " + run.tasks());
            hooks.verify();
        }
    }

    /** A service that has deferred its readiness, and becomes ready and fails. */
    private static final class ReadyAndFailure extends ServiceScenario {
        private boolean started;

        ReadyAndFailure() {
            super(new DeferringHooks());
            ((DeferringHooks) hooks).scenario = this;
            node.attachAsRoot(tree);
        }

        private static final class DeferringHooks extends CountingHooks {
            private @Nullable ReadyAndFailure scenario;

            @Override
            public void onStart() throws Exception {
                super.onStart();
                ServiceRun run = requireNonNull(requireNonNull(scenario).node.serviceRun);
                run.deferReady();
                run.spawn("ready", TaskType.TRANSIENT, run::ready);
                run.spawn("failure", TaskType.TRANSIENT, () -> {
                    throw new IllegalStateException("broken");
                });
            }
        }

        @Override
        public List<Action> actions() {
            return List.of(this::start);
        }

        private void start() {
            try {
                tree.startSequence().start(node, null, () -> true);
                started = true;
            } catch (StartException e) {
                require(!e.cancelled() && e.toString().contains("broken"), e.toString());
            }
        }

        @Override
        public void verify() {
            require(node.state == State.FAILED, "the state is " + node.state);
            require(node.serviceRun == null, "there is a run");
            require(!started || hooks.stops == 1, "started, but stopped " + hooks.stops + " times");
            hooks.verify();
        }
    }

    /** A service that spawns a task and registers a resource while it is stopped. */
    private static final class SpawnAndStop extends ServiceScenario {
        private final ServiceRun run = startTree();
        private boolean registered;
        private boolean spawned;
        private boolean executed;
        private boolean executedLate;
        private boolean stopped;
        private int closed;

        @Override
        public List<Action> actions() {
            return List.of(this::act, this::stop);
        }

        private void act() {
            registered = run.closeOnStop(() -> closed++);
            try {
                run.spawn("task", TaskType.TRANSIENT, () -> {
                    executedLate = stopped;
                    executed = true;
                });
                spawned = true;
            } catch (IllegalStateException e) {
                // the service is stopping
            }
        }

        private void stop() {
            StopResult result = stop(node);
            require(result.isClean(), result.message("service"));
            require(run.taskCount() == 0, "a task is left: " + run.tasks());
            stopped = true;
        }

        @Override
        public void verify() {
            require(node.state == State.STOPPED, "the state is " + node.state);
            require(!executedLate, "the task was executed after the stop");
            require(executed == spawned, "spawned " + spawned + ", executed " + executed);
            require(closed == (registered ? 1 : 0), "registered " + registered + ", closed " + closed);
            hooks.verify();
        }
    }

    private static void check(Class<? extends ControlledScenario> scenario) throws Exception {
        SCHEDULES.check(scenario, 100);
    }

    @Test
    @DisplayName("L-29 a service that fails while it is stopped is stopped once, and ends in one state")
    void failureAndStop_performOneStop() throws Exception {
        check(FailureAndStop.class);
    }

    @Test
    @DisplayName("L-50 a service that is stopped while it starts has been started and stopped, or neither")
    void startAndStop_endInOneState() throws Exception {
        check(StartAndStop.class);
    }

    @Test
    @DisplayName("L-51 a tree that is stopped while a service is restarted leaves no run of it")
    void restartAndStopOfTree_leaveNoRun() throws Exception {
        check(RestartAndStopOfTree.class);
    }

    @Test
    @DisplayName("L-51 a service that is stopped while it is restarted does not run afterwards")
    void restartAndStopOfChild_leaveNoRun() throws Exception {
        check(RestartAndStopOfChild.class);
    }

    @Test
    @DisplayName("L-52 onReload of a service that is stopped runs before onStop, or not at all")
    void reloadAndStop_runNoHooksAtTheSameTime() throws Exception {
        check(ReloadAndStop.class);
    }

    @Test
    @DisplayName("L-53 a service that fails while it becomes ready after deferReady() is FAILED, and not READY")
    void readyAndFailure_endInFailure() throws Exception {
        check(ReadyAndFailure.class);
    }

    @Test
    @DisplayName("L-54 a task is joined and a resource closed by the stop that comes at the same time, or rejected")
    void spawnAndStop_leaveNothing() throws Exception {
        check(SpawnAndStop.class);
    }

    /** The same scenarios in every schedule with one preemption, and in many with several. */
    @Test
    @Tag("long")
    @DisplayName("L-29, L-50, L-51, L-52, L-53, L-54 in thousands of schedules")
    void allScenarios_inThousandsOfSchedules() throws Exception {
        for (Class<? extends ControlledScenario> scenario : List.of(
                FailureAndStop.class,
                StartAndStop.class,
                RestartAndStopOfTree.class,
                RestartAndStopOfChild.class,
                ReloadAndStop.class,
                ReadyAndFailure.class,
                SpawnAndStop.class)) {
            SCHEDULES.check(scenario, 5_000);
        }
    }
}
