package dev.ginkgo.testing.junit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class GinkgoExtensionTest {
    /** A service with a child, which counts once in each period. */
    static final class Counter extends Service {
        final Setting<Duration> period = setting("period", Duration.ofSeconds(1));
        final AtomicInteger count = new AtomicInteger();
        final Child child = add("child", new Child());

        @Override
        protected void onStart() {
            spawn("count", () -> {
                while (true) {
                    count.incrementAndGet();
                    sleep(period.get());
                }
            });
        }
    }

    static final class Child extends Service {}

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @DisplayName("T-22 GinkgoExtension starts a tree for each test on a fake clock, and injects both")
    class Injection {
        @RegisterExtension
        final GinkgoExtension tree = GinkgoExtension.of(Counter::new).toml("period = '1m'");

        private final Set<Service> roots = new HashSet<>();

        @BeforeEach
        void isReadyBefore(Counter counter) {
            assertThat(counter.status().state()).isEqualTo(State.READY);
            assertThat(roots.add(counter)).as("a tree of its own").isTrue();
        }

        @Test
        @DisplayName("the tasks have had their first turn, and the test controls the time")
        void controlsTheTime(Counter counter, FakeClock clock) {
            assertThat(counter.count).hasValue(1);
            clock.advance(Duration.ofMinutes(5));
            assertThat(counter.count).hasValue(6);
        }

        @Test
        @DisplayName("the tree and a service below the root are parameters too")
        void injectsTreeAndChild(TestTree<Counter> testTree, Ginkgo ginkgo, Child child) {
            assertThat(testTree.ginkgo()).isSameAs(ginkgo);
            assertThat(testTree.root().child).isSameAs(child);
        }

        @AfterEach
        void stillRunsAfter(Ginkgo ginkgo) {
            assertThat(ginkgo.status().state()).isEqualTo(State.READY);
        }
    }

    @Nested
    @DisplayName("in the time of the machine")
    class InSystemTime {
        @RegisterExtension
        final GinkgoExtension tree = GinkgoExtension.of(Child::new).systemTime();

        @Test
        @DisplayName("a tree in the time of the machine is ready when its test begins")
        void isReady(Child child) {
            assertThat(child.status().state()).isEqualTo(State.READY);
        }
    }

    @Test
    @DisplayName("T-22 the tree is stopped after the test, also after one that fails")
    void stopsTheTree() {
        // When
        Map<String, TestExecutionResult> results = run(Failing.class);

        // Then the failure of the test is the one that is reported
        assertThat(Failing.SEEN).extracting(child -> child.status().state()).containsExactly(State.STOPPED);
        assertThat(failure(results, "fails")).hasMessage("failure of the test").hasNoSuppressedExceptions();
    }

    @Test
    @DisplayName("T-23 GinkgoExtension fails a test whose tree leaves a task, and adds this to another failure")
    void failsOnLeak() {
        Map<String, TestExecutionResult> results = run(Leaking.class);
        Leaking.RELEASE.countDown();

        assertThat(failure(results, "passesOtherwise"))
                .isInstanceOf(StopException.class)
                .hasMessageContaining("stubborn#ignores-interrupts still runs");
        assertThat(failure(results, "failsToo"))
                .hasMessage("failure of the test")
                .satisfies(
                        failure -> assertThat(failure.getSuppressed()).hasAtLeastOneElementOfType(StopException.class));
    }

    @Test
    @DisplayName(
            "T-23 a start that fails, and a parameter that fits no service or several, fail the test with the reason")
    void failsWithReason() {
        assertThat(failure(run(Broken.class), "neverRuns"))
                .isInstanceOf(StartException.class)
                .hasRootCauseMessage("no port");
        Map<String, TestExecutionResult> results = run(Ambiguous.class);
        assertThat(failure(results, "several"))
                .isInstanceOf(ParameterResolutionException.class)
                .hasMessageContaining("The tree twins has 2 services of the class")
                .hasMessageContaining("use Ginkgo.findAll");
        assertThat(failure(results, "none"))
                .isInstanceOf(ParameterResolutionException.class)
                .hasMessageContaining("The tree twins has no service of the class");
        assertThat(failure(run(TooEarly.class), "TooEarly"))
                .isInstanceOf(ParameterResolutionException.class)
                .hasMessageContaining("There is no tree while")
                .hasMessageContaining("starts one for each test");
    }

    /** Test classes that this test runs; their names do not match the pattern of the build. */
    static final class Failing {
        static final List<Child> SEEN = new CopyOnWriteArrayList<>();

        @RegisterExtension
        final GinkgoExtension tree = GinkgoExtension.of(Child::new);

        @Test
        void fails(Child child) {
            SEEN.add(child);
            throw new IllegalStateException("failure of the test");
        }
    }

    static final class Stubborn extends Service {
        Stubborn() {
            lifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(50)));
        }

        @Override
        protected void onStart() {
            spawn("ignores-interrupts", () -> {
                while (Leaking.RELEASE.getCount() > 0) {
                    try {
                        Leaking.RELEASE.await();
                    } catch (InterruptedException e) {
                        // ignored, so that the task survives the stop
                    }
                }
            });
        }
    }

    static final class Leaking {
        static final CountDownLatch RELEASE = new CountDownLatch(1);

        @RegisterExtension
        final GinkgoExtension tree = GinkgoExtension.of(Stubborn::new).systemTime();

        @Test
        void passesOtherwise() {}

        @Test
        void failsToo() {
            throw new IllegalStateException("failure of the test");
        }
    }

    static final class NoPort extends Service {
        @Override
        protected void onStart() throws Exception {
            closeOnStop(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            throw new IllegalStateException("no port");
        }
    }

    static final class Broken {
        @RegisterExtension
        final GinkgoExtension tree = GinkgoExtension.of(NoPort::new);

        @Test
        void neverRuns() {}
    }

    static final class Twins extends Service {
        final Child one = add("one", new Child());
        final Child other = add("other", new Child());
    }

    static final class Ambiguous {
        @RegisterExtension
        final GinkgoExtension tree = GinkgoExtension.of(Twins::new);

        @Test
        void several(Child child) {}

        @Test
        void none(Counter counter) {}
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static final class TooEarly {
        @RegisterExtension
        final GinkgoExtension tree = GinkgoExtension.of(Child::new);

        @BeforeAll
        void needsATree(Child child) {}

        @Test
        void neverRuns() {}
    }

    private static Throwable failure(Map<String, TestExecutionResult> results, String name) {
        TestExecutionResult result = requireNonNull(results.get(name), () -> "no " + name + " in " + results);
        return result.getThrowable().orElseThrow();
    }

    /** Runs a test class, and returns the results by the names of its methods, and of the class itself. */
    private static Map<String, TestExecutionResult> run(Class<?> tests) {
        Map<String, TestExecutionResult> results = new LinkedHashMap<>();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                results.put(test.getDisplayName().replaceAll("\\(.*", "").replaceAll(".*[ .$]", ""), result);
            }
        });
        return results;
    }
}
