package dev.ginkgo.behaviour.monitoring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Supervision;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.lifecycle.LifecycleCounters;
import dev.ginkgo.testing.FakeClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FlightRecorderTest {
    @TempDir
    private Path folder = Path.of("");

    /** Fails one second after its first start, and not after the next. */
    static final class Flaky extends Service {
        private int starts;

        @Override
        protected void onStart() {
            if (++starts == 1) {
                spawnLater("work", Duration.ofSeconds(1), () -> {
                    throw new IllegalStateException("broken\nsecond line");
                });
            }
        }
    }

    static final class Root extends Service {
        final Setting<Integer> rate = setting("rate", 1).between(1, 10);
        final Flaky child = add("flaky", new Flaky(), Supervision.restart());
    }

    @Test
    @DisplayName("L-30 starts, stops, restarts, failures of tasks and reloads are events of Java Flight Recorder, with"
            + " path, duration, outcome and cause")
    void recordsEvents() throws Exception {
        Path file = folder.resolve("events.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.ginkgo.*");
            recording.start();
            FakeClock clock = new FakeClock();
            Ginkgo tree = Ginkgo.of(new Root()).name("app").time(clock).start();

            // When a task fails, its service is restarted, the settings are reloaded twice, and the tree stops
            clock.advance(Duration.ofSeconds(5));
            tree.reload(text("rate = 2"));
            tree.reload(text("rate = 11"));
            tree.stop();
            recording.stop();
            recording.dump(file);

            // Then each is an event
            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertThat(described(events, "ServiceStart"))
                    .containsExactly("app/flaky started []", "app started []", "app/flaky started []");
            assertThat(described(events, "ServiceStop"))
                    .containsExactly("app/flaky clean [broken]", "app/flaky clean []", "app clean []");
            assertThat(described(events, "ServiceRestart")).containsExactly("app/flaky restarted [broken]");
            assertThat(described(events, "TaskFailure")).containsExactly("app/flaky failed [broken]");
            assertThat(described(events, "Reload"))
                    .hasSize(2)
                    .satisfiesExactly(
                            first -> assertThat(first).isEqualTo("app applied []"),
                            second -> assertThat(second)
                                    .startsWith("app rejected [")
                                    .contains("rate"));
            RecordedEvent failure = only(events, "TaskFailure");
            assertThat(failure.getString("task")).isEqualTo("work");
            assertThat(failure.getDuration("age")).isPositive();
            assertThat(failure.getStackTrace()).isNull();
            assertThat(failure.getEventType().getCategoryNames()).containsExactly("Ginkgo");
            // And what takes time has a duration: that of a service contains that of its children
            assertThat(only(events, "ServiceRestart").getDuration()).isPositive();
            List<RecordedEvent> starts = of(events, "ServiceStart");
            assertThat(starts.get(1).getDuration()).isGreaterThan(starts.get(0).getDuration());

            // And the counters of the tree have the same numbers
            LifecycleCounters counters = tree.counters();
            assertThat(counters.starts().count()).isEqualTo(3);
            assertThat(counters.stops().count()).isEqualTo(3);
            assertThat(counters.restarts().count()).isEqualTo(1);
            assertThat(counters.restarts().time()).isPositive();
            assertThat(counters.taskFailures()).isEqualTo(1);
            assertThat(counters.reloads().count()).isEqualTo(1);
            assertThat(counters.rejectedReloads().count()).isEqualTo(1);
            assertThat(counters.failedStarts().count() + counters.uncleanStops().count())
                    .isZero();
        }
    }

    @Test
    @DisplayName("L-30 a start that fails, and a stop that is not clean, are events with that outcome")
    void recordsFailures() throws Exception {
        Path file = folder.resolve("failures.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.ginkgo.*");
            recording.start();
            Throwing throwing = new Throwing();
            Ginkgo tree = Ginkgo.of(throwing).name("throwing").start();
            assertThat(catchThrowable(tree::stop)).isNotNull();
            assertThat(catchThrowable(
                            () -> Ginkgo.of(new Broken()).name("broken").start()))
                    .isNotNull();
            recording.stop();
            recording.dump(file);

            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertThat(described(events, "ServiceStart"))
                    .containsExactly("throwing started []", "broken failed [broken did not start: no port]");
            assertThat(described(events, "ServiceStop"))
                    .containsExactly("throwing unclean []", "broken clean [broken did not start: no port]");
            assertThat(tree.counters().uncleanStops().count()).isEqualTo(1);
        }
    }

    static final class Throwing extends Service {
        @Override
        protected void onStop() {
            throw new IllegalStateException("cannot stop");
        }
    }

    static final class Broken extends Service {
        @Override
        protected void onStart() {
            throw new IllegalStateException("no port");
        }
    }

    @Test
    @DisplayName("L-31 without a recording no class of an event is loaded")
    void loadsNothing_whenNotInUse() throws Exception {
        Path log = folder.resolve("classes.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xlog:class+load:file=" + log,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        List<String> loaded = Files.readAllLines(log);
        assertThat(loaded).anyMatch(line -> line.contains(" dev.ginkgo.internal.monitoring.LifecycleRecorder "));
        assertThat(loaded)
                .noneMatch(line -> line.contains("jdk.jfr.Event ")
                        || line.contains("FlightRecorderEvents")
                        || line.contains("LifecycleEvent")
                        || line.contains("io.micrometer"));
    }

    /** Starts a tree, lets a task fail, and stops the tree. */
    static final class Program {
        public static void main(String[] args) {
            FakeClock clock = new FakeClock();
            try (Ginkgo tree = Ginkgo.of(new Root()).time(clock).start()) {
                clock.advance(Duration.ofSeconds(5));
                tree.reload(text("rate = 2"));
            }
        }
    }

    private static Configuration text(String toml) {
        return Configuration.empty().text("test", toml);
    }

    private static List<String> described(List<RecordedEvent> events, String type) {
        return of(events, type).stream()
                .map(event -> event.getString("service") + " " + event.getString("outcome") + " ["
                        + event.getString("cause") + "]")
                .toList();
    }

    /** Returns the events of a type in the order in which they ended. */
    private static List<RecordedEvent> of(List<RecordedEvent> events, String type) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.ginkgo." + type))
                .sorted(Comparator.comparing(RecordedEvent::getEndTime))
                .toList();
    }

    private static RecordedEvent only(List<RecordedEvent> events, String type) {
        List<RecordedEvent> found = of(events, type);
        assertThat(found).hasSize(1);
        return requireNonNull(found.getFirst());
    }
}
