package dev.ginkgo.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.internal.config.CurrentSettings;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.time.TimeSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class ServiceRunTest {

    @Test
    @DisplayName("L-24 an exception of onStart after deferReady() fails the start, even if a task calls ready() at the"
            + " same moment")
    void ready_doesNotHideAnExceptionOfOnStart() {
        for (String call : List.of("ready", "degraded")) {
            // Given an onStart that defers its readiness and throws
            ServiceRun[] self = new ServiceRun[1];
            IllegalStateException thrown = new IllegalStateException("no database");
            ServiceRun run = run(() -> {
                self[0].deferReady();
                throw thrown;
            });
            self[0] = run;
            run.beginStartHook();
            await().until(() -> run.tasks().isEmpty());

            // When a task calls ready() before the starting thread has seen the exception
            if (call.equals("ready")) {
                run.ready();
            } else {
                run.degraded("no cache");
            }

            // Then
            assertThat(run.startHookError()).as(call).isSameAs(thrown);
            assertThat(run.readiness()).as(call).isNull();
            assertThat(run.startHookSucceeded())
                    .as("onStop is called after %s", call)
                    .isFalse();
        }
    }

    private static ServiceRun run(TaskBody onStart) {
        ServiceNode node = new ServiceNode(new Hooks(onStart), "Service");
        ServiceTree tree = new ServiceTree(
                node,
                TimeSource.system(),
                new Random(1),
                new EngineSettings(),
                new CurrentSettings(List.of(node), Configuration.empty()),
                List.of(),
                Thread.ofVirtual().factory());
        return new ServiceRun(node, tree, null);
    }

    private record Hooks(TaskBody start) implements ServiceHooks {
        @Override
        public void onStart() throws Exception {
            start.run();
        }

        @Override
        public void onStop() {}

        @Override
        public void onReload() {}

        @Override
        public Object service() {
            return this;
        }

        @Override
        public Logger log() {
            return LoggerFactory.getLogger(ServiceRunTest.class);
        }
    }
}
