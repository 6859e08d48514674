package dev.ginkgo.internal.engine;

import static dev.ginkgo.interleaving.control.ControlledScenario.require;
import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.interleaving.control.ControlledScenario;
import dev.ginkgo.interleaving.control.ControlledThread;
import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.config.CurrentSettings;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A tree of one service, to which a scenario may add a child. No time passes in it. */
abstract class ServiceScenario implements ControlledScenario {
    private static final Duration LONG = Duration.ofDays(1);

    final CountingHooks hooks;
    final ServiceNode node;
    final ServiceTree tree;

    ServiceScenario() {
        this(new CountingHooks());
    }

    ServiceScenario(CountingHooks hooks) {
        this.hooks = hooks;
        node = node("Service", hooks);
        tree = new ServiceTree(
                node,
                TimeSource.system(),
                new Random(1),
                new EngineSettings(),
                new CurrentSettings(List.of(), Configuration.empty()),
                List.of(),
                ControlledThread::create);
    }

    /** Counts the calls of hooks, and notes whether two run at the same time, or one after {@code onStop}. */
    static class CountingHooks implements ServiceHooks {
        private static final Logger LOG = LoggerFactory.getLogger(ServiceScenario.class);

        int starts;
        int stops;
        private int reloads;
        private boolean running;
        private String problem = "";

        @Override
        public void onStart() throws Exception {
            begin("onStart");
            starts++;
            running = false;
        }

        @Override
        public void onStop() {
            begin("onStop");
            stops++;
            running = false;
        }

        @Override
        public void onReload() {
            if (stops > 0) {
                problem = "onReload was called after onStop";
            }
            begin("onReload");
            reloads++;
            running = false;
        }

        private void begin(String hook) {
            if (running) {
                problem = hook + " was called while another hook was running";
            }
            running = true;
        }

        void verify() {
            require(problem.isEmpty(), problem);
            require(stops <= starts, starts + " starts and " + stops + " stops");
            require(reloads <= 1, reloads + " reloads");
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

    static ServiceNode node(String type, CountingHooks hooks) {
        ServiceNode node = new ServiceNode(hooks, type);
        node.lifecycle(Lifecycle.standard().startTimeout(LONG).stopTimeout(LONG));
        return node;
    }

    /** Starts the tree before the actions begin, and returns the run of its root. */
    ServiceRun startTree() {
        node.attachAsRoot(tree);
        tree.startSequence().start(node, null, () -> true);
        return requireNonNull(node.serviceRun);
    }

    StopResult stop(ServiceNode stopped) {
        return tree.stopSequence().stop(stopped, longDeadline(), true);
    }

    static Deadline longDeadline() {
        return Deadline.after(LONG);
    }
}
