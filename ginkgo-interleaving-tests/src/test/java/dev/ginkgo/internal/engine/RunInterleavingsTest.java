package dev.ginkgo.internal.engine;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.interleaving.Scenario;
import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.config.CurrentSettings;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a service in every interleaving of its tasks, its failure, a reload and its stop. */
@Tag("long")
class RunInterleavingsTest {

    /** A tree of one service, whose hooks count their calls and detect that they overlap. */
    private abstract static class RunScenario extends Scenario implements ServiceHooks {
        private static final Logger LOG = LoggerFactory.getLogger(RunInterleavingsTest.class);
        private static final EngineSettings ENGINE_SETTINGS = new EngineSettings();
        private static final CurrentSettings SETTINGS = new CurrentSettings(List.of(), Configuration.empty());

        final ServiceNode node = new ServiceNode(this, "Service");
        final ServiceTree tree = new ServiceTree(
                node, TimeSource.system(), new Random(1), ENGINE_SETTINGS, SETTINGS, null, VisibleThread::new);
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger stops = new AtomicInteger();
        final AtomicInteger reloads = new AtomicInteger();
        volatile boolean overlap;

        RunScenario() {
            node.lifecycle(Lifecycle.standard().startTimeout(Duration.ofDays(1)).stopTimeout(Duration.ofDays(1)));
        }

        ServiceRun startTree() {
            node.attachAsRoot(tree);
            tree.startSequence().start(node, null);
            return requireNonNull(node.serviceRun);
        }

        StopResult stopTree() {
            return tree.stopSequence().stop(node, Deadline.after(Duration.ofDays(1)), true);
        }

        private void enter() {
            if (running.getAndIncrement() != 0) {
                overlap = true;
            }
        }

        private void exit() {
            running.decrementAndGet();
        }

        @Override
        public void onStart() throws Exception {}

        @Override
        public void onStop() {
            enter();
            stops.incrementAndGet();
            exit();
        }

        @Override
        public void onReload() {
            enter();
            reloads.incrementAndGet();
            exit();
        }

        @Override
        public Object service() {
            return this;
        }

        @Override
        public Logger log() {
            return LOG;
        }
    }

    /** A task that is spawned, and a resource that is registered, while the service stops. */
    private static final class SpawnAndStop extends RunScenario {
        private final ServiceRun run = startTree();
        private volatile boolean rejected;
        private volatile boolean ended;
        private final AtomicInteger closed = new AtomicInteger();

        @Override
        protected Scenario newInstance() {
            return new SpawnAndStop();
        }

        @Override
        protected int actions() {
            return 3;
        }

        @Override
        protected void first() {
            StopResult result = stopTree();
            require(result.isClean(), result.message("service"));
        }

        @Override
        protected void second() {
            try {
                run.spawn("task", this::task);
            } catch (IllegalStateException stopping) {
                rejected = true;
            }
        }

        private void task() {
            ended = true;
        }

        @Override
        protected void third() {
            try {
                node.closeOnStop(this::close);
            } catch (IllegalStateException stopping) {
                require(closed.get() == 1, "a resource that was rejected is open");
            }
        }

        private void close() {
            closed.incrementAndGet();
        }

        @Override
        protected void verify() {
            require(run.taskCount() == 0, "a task is left: " + run.tasks());
            require(ended != rejected, "the task ran: " + ended + ", was rejected: " + rejected);
            require(closed.get() == 1, "the resource was closed " + closed + " times");
            require(
                    node.state == State.STOPPED && stops.get() == 1,
                    node.state + ", onStop was called " + stops + " times");
        }
    }

    /** A service that fails while it is stopped. */
    private static final class FailureAndStop extends RunScenario {
        private final ServiceRun run = startTree();

        @Override
        protected Scenario newInstance() {
            return new FailureAndStop();
        }

        @Override
        protected void first() {
            stopTree();
        }

        @Override
        protected void second() {
            tree.fail(node, run, new IllegalStateException("broken"));
        }

        @Override
        protected void verify() throws InterruptedException {
            node.awaitStopped();
            require(node.state == State.STOPPED || node.state == State.FAILED, "the state is " + node.state);
            require((node.state == State.FAILED) == (node.failure != null), node.state + " with " + node.failure);
            require(stops.get() == 1, "onStop was called " + stops + " times");
            require(run.taskCount() == 0, "a task is left: " + run.tasks());
        }
    }

    /** A reload while the service stops. */
    private static final class ReloadAndStop extends RunScenario {
        private final ServiceRun run = startTree();

        @Override
        protected Scenario newInstance() {
            return new ReloadAndStop();
        }

        @Override
        protected void first() {
            StopResult result = stopTree();
            require(result.isClean(), result.message("service"));
        }

        @Override
        protected void second() {
            Throwable thrown = HookCall.reload(node, run, this::onReload, Deadline.after(Duration.ofDays(1)));
            require(thrown == null, "the reload failed: " + thrown);
        }

        @Override
        protected void verify() {
            require(!overlap, "onReload and onStop have overlapped");
            require(
                    stops.get() == 1 && reloads.get() <= 1,
                    "onStop was called " + stops + ", onReload " + reloads + " times");
        }
    }

    @Test
    @DisplayName("L-29 a task or resource of a run that stops is either rejected, or ended and closed before the stop"
            + " returns")
    void nothingOutlivesTheRun() {
        Scenario.check(100, new SpawnAndStop());
    }

    @Test
    @DisplayName("L-29 a service that fails while it is stopped is stopped once, and ends in one state")
    void failureAndStopPerformOneStop() {
        Scenario.check(100, new FailureAndStop());
    }

    @Test
    @DisplayName("L-28 L-29 a reload and a stop never run their hooks at the same time")
    void hooksDoNotOverlap() {
        Scenario.check(100, new ReloadAndStop());
    }
}
