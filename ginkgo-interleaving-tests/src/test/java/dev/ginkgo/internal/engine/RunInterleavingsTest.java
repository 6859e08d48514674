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

/** The run of a service in interleavings of its failure and its stop. */
@Tag("long")
class RunInterleavingsTest {

    /** A tree of one service, which counts the calls of its {@code onStop}. */
    private abstract static class RunScenario extends Scenario implements ServiceHooks {
        private static final Logger LOG = LoggerFactory.getLogger(RunInterleavingsTest.class);
        private static final EngineSettings ENGINE_SETTINGS = new EngineSettings();
        private static final CurrentSettings SETTINGS = new CurrentSettings(List.of(), Configuration.empty());

        final ServiceNode node = new ServiceNode(this, "Service");
        final ServiceTree tree = new ServiceTree(
                node, TimeSource.system(), new Random(1), ENGINE_SETTINGS, SETTINGS, List.of(), VisibleThread::new);
        final AtomicInteger stops = new AtomicInteger();

        RunScenario() {
            node.lifecycle(Lifecycle.standard().startTimeout(Duration.ofDays(1)).stopTimeout(Duration.ofDays(1)));
        }

        ServiceRun startTree() {
            node.attachAsRoot(tree);
            tree.startSequence().start(node, null, () -> true);
            return requireNonNull(node.serviceRun);
        }

        StopResult stopTree() {
            return tree.stopSequence().stop(node, Deadline.after(Duration.ofDays(1)), true);
        }

        @Override
        public void onStart() throws Exception {}

        @Override
        public void onStop() {
            stops.incrementAndGet();
        }

        @Override
        public void onReload() {}

        @Override
        public Object service() {
            return this;
        }

        @Override
        public Logger log() {
            return LOG;
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

    @Test
    @DisplayName("L-29 a service that fails while it is stopped is stopped once, and ends in one state")
    void failureAndStopPerformOneStop() {
        Scenario.check(100, new FailureAndStop());
    }
}
