package dev.ginkgo.testing.junit;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * JUnit extension that gives each test a tree of services of its own, on a {@link FakeClock}:
 *
 * <pre>{@code
 * class CounterTest {
 *     @RegisterExtension
 *     final GinkgoExtension tree = GinkgoExtension.of(Counter::new).toml("period = '1m'");
 *
 *     @Test
 *     void countsOncePerPeriod(Counter counter, FakeClock clock) {
 *         clock.advance(Duration.ofMinutes(5));
 *         assertEquals(6, counter.count.get());
 *     }
 * }
 * }</pre>
 *
 * <p><b>Before each test</b>, and before its {@code @BeforeEach} methods, the extension creates the root, starts it,
 * and waits until every task has had its first turn and waits, as {@link FakeClock#awaitIdle} does. A start that fails
 * fails the test with its {@link dev.ginkgo.lifecycle.StartException}.
 *
 * <p><b>Parameters</b> of the test and of its {@code @BeforeEach} and {@code @AfterEach} methods are resolved by their
 * type: {@link FakeClock}, {@link TestTree}, {@link Ginkgo}, or the class of a service, which may be the root or any
 * service below it. Several services of that class are an error; find them with {@link Ginkgo#findAll}.
 *
 * <p><b>After each test</b>, and after its {@code @AfterEach} methods, the extension stops the tree. The test fails if
 * the stop was not clean, or if a task, a socket or a file is left; see {@link TestTree#close()}. If the test has failed
 * already, this failure is a suppressed exception of the other. The check compares the files that the process has open
 * (on Linux), so such tests must not run in parallel in one JVM.
 *
 * <p>The extension keeps the state of a test in the store of its context, so one object may serve all tests of a class.
 * Objects of this class are immutable. A test that needs several trees starts them with {@link TestTree}.
 */
@SuppressWarnings("exports") // JUnit is optional, so the module does not require it transitively
public final class GinkgoExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(GinkgoExtension.class);

    private final Supplier<? extends Service> factory;
    private final String toml;
    private final boolean systemTime;

    /** What the extension creates for one test. */
    private record Running(TestTree<Service> tree, @Nullable FakeClock clock) {}

    private GinkgoExtension(Supplier<? extends Service> factory, String toml, boolean systemTime) {
        this.factory = requireNonNull(factory, "factory is null");
        this.toml = requireNonNull(toml, "toml is null");
        this.systemTime = systemTime;
    }

    /**
     * Returns an extension that starts a tree with the defaults of its settings, on a fake clock.
     *
     * @param root creates the root; called once before each test, on the thread of the test
     */
    public static GinkgoExtension of(Supplier<? extends Service> root) {
        return new GinkgoExtension(root, "", false);
    }

    /** Returns an extension with settings from TOML text, which replaces an earlier one. */
    public GinkgoExtension toml(String settings) {
        return new GinkgoExtension(factory, settings, systemTime);
    }

    /**
     * Returns an extension whose trees use the time of the machine, for tests that exchange data with a client. There is
     * then no {@link FakeClock}, and tasks may not have had their first turn when the test begins.
     */
    public GinkgoExtension systemTime() {
        return new GinkgoExtension(factory, toml, true);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        FakeClock clock = systemTime ? null : new FakeClock();
        TestTree<Service> tree = TestTree.start(factory.get(), clock == null ? TimeSource.system() : clock, toml);
        store(context).put(this, new Running(tree, clock)); // before the wait, so that afterEach stops the tree
        if (clock != null) {
            clock.awaitIdle();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Running running = store(context).remove(this, Running.class);
        if (running != null) { // null if the start failed
            running.tree.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == FakeClock.class) {
            return !systemTime;
        }
        return type == TestTree.class || type == Ginkgo.class || Service.class.isAssignableFrom(type);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        Running running = store(context).get(this, Running.class);
        if (running == null) {
            throw new ParameterResolutionException("There is no tree while " + parameter.getDeclaringExecutable()
                    + " runs: the extension starts one for each test. Register it in an instance field, and declare the"
                    + " parameter on the test or on a @BeforeEach or @AfterEach method.");
        }
        if (type == FakeClock.class) {
            return requireNonNull(running.clock);
        }
        if (type == TestTree.class) {
            return running.tree;
        }
        return type == Ginkgo.class ? running.tree.ginkgo() : service(running.tree, type.asSubclass(Service.class));
    }

    private static Service service(TestTree<Service> tree, Class<? extends Service> type) {
        List<? extends Service> found = Ginkgo.findAll(tree.root(), type);
        if (found.size() != 1) {
            String path = tree.ginkgo().status().path();
            throw new ParameterResolutionException(
                    found.isEmpty()
                            ? "The tree " + path + " has no service of the " + type
                            : "The tree " + path + " has " + found.size() + " services of the " + type
                                    + "; declare a parameter of their parent, or use Ginkgo.findAll");
        }
        return found.getFirst();
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }
}
