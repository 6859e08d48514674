package dev.ginkgo.behaviour.settings;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Snapshot;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.testing.TestTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadTest {

    private static final class Leaf extends Service {
        final Setting<Integer> rate = setting("rate", 60).between(1, 60_000);
        final Setting<Integer> port = setting("port", 1).restartRequired();
        final List<String> events;

        Leaf(List<String> events) {
            this.events = events;
            rate.onChange((old, now) -> events.add("leaf rate " + old + "->" + now));
            rate.onChange((old, now) -> events.add("leaf second " + old + "->" + now));
        }

        @Override
        protected void onReload() {
            events.add("leaf onReload");
        }
    }

    private static final class Root extends Service {
        final List<String> events = new CopyOnWriteArrayList<>();
        final Setting<String> name = setting("name", "x").onChange((old, now) -> events.add("root name"));
        final Leaf leaf = add("leaf", new Leaf(events));

        @Override
        protected void onReload() {
            events.add("root onReload");
        }
    }

    @Test
    @DisplayName("C-01 an invalid file changes nothing, and every problem is reported with file:line:column")
    void badFileChangesNothing(@TempDir Path folder) throws Exception {
        // Given a tree that runs from a file
        Path file = Files.writeString(folder.resolve("app.toml"), "name = 'a'\n[leaf]\nrate = 7\n");
        Root root = new Root();
        try (Ginkgo ginkgo =
                Ginkgo.of(root).configuration(Configuration.empty().file(file)).start()) {
            // When the file is edited, with one good value and two bad ones
            Files.writeString(file, "name = 'b'\n[leaf]\nrate = 0\nprot = 9\n");
            ReloadResult reloadResult = ginkgo.reload();
            // Then nothing changes, no observer is called, and both problems are reported with their position
            assertThat(reloadResult.outcome()).isEqualTo(ReloadResult.Outcome.REFUSED);
            assertThat(reloadResult.problems())
                    .extracting(ConfigProblem::toString)
                    .satisfiesExactly(
                            bound -> assertThat(bound).contains("app.toml:3:").contains("0 is outside 1..60000"),
                            unknown -> assertThat(unknown)
                                    .contains("app.toml:4:1")
                                    .contains("prot")
                                    .contains("did you mean \"port\"?"));
            assertThat(root.name.get()).isEqualTo("a");
            assertThat(root.leaf.rate.get()).isEqualTo(7);
            assertThat(root.events).isEmpty();
            // And a good file is applied
            Files.writeString(file, "name = 'b'\n[leaf]\nrate = 8\n");
            assertThat(ginkgo.reload().changed()).containsExactly("name: a -> b", "leaf.rate: 7 -> 8");
        }
    }

    @Test
    @DisplayName("C-23 a child that is added during a reload gets the new settings")
    void childAddedDuringAReloadGetsTheNewSettings() {
        // Given a reload during which, after the settings have been collected, a child is added
        final class Parent extends Service {
            final List<String> events = new CopyOnWriteArrayList<>();
            final AtomicBoolean armed = new AtomicBoolean();
            final Setting<Integer> size = setting("size", 1).check(_ -> addOnce(), "is wrong");
            final AtomicReference<@Nullable Leaf> late = new AtomicReference<>();

            Parent() {
                allowChildren("late");
            }

            private boolean addOnce() {
                if (armed.compareAndSet(true, false)) {
                    late.set(add("late", new Leaf(events)));
                }
                return true;
            }
        }
        Parent parent = new Parent();
        try (TestTree<Parent> tree = TestTree.start(parent, "[late]\nrate = 5")) {
            parent.armed.set(true);

            // When
            ReloadResult result = tree.reload("size = 2\n[late]\nrate = 6");

            // Then
            assertThat(result.problems()).isEmpty();
            assertThat(requireNonNull(parent.late.get()).rate.get()).isEqualTo(6);
            assertThat(parent.size.get()).isEqualTo(2);
            assertThat(parent.events).containsExactly("leaf rate 5->6", "leaf second 5->6", "leaf onReload");
        }
    }

    @Test
    @DisplayName("C-02 a snapshot shows two settings that change together either both old or both new")
    void snapshotsAreConsistent() throws Exception {
        // Given two settings that always have the same value, and a task that reads both
        final class Pair extends Service {
            final Setting<Integer> a = setting("a", 0);
            final Setting<Integer> b = setting("b", 0);
            final AtomicInteger inconsistent = new AtomicInteger();
            final AtomicInteger seen = new AtomicInteger();

            @Override
            protected void onStart() {
                spawn("reader", () -> {
                    while (!Thread.interrupted()) {
                        Snapshot both = snapshot();
                        int first = both.get(a);
                        if (first != both.get(b)) {
                            inconsistent.incrementAndGet();
                        }
                        seen.set(first);
                    }
                });
            }
        }
        Pair pair = new Pair();
        try (TestTree<Pair> tree = TestTree.start(pair)) {
            // When both are reloaded repeatedly
            for (int i = 1; i <= 200; i++) {
                tree.reload("a = " + i + "\nb = " + i);
            }
            Awaitility.await().until(() -> pair.seen.get() == 200);
            // Then no snapshot was inconsistent
            assertThat(pair.inconsistent).hasValue(0);
        }
    }

    @Test
    @DisplayName("C-03 a key that is removed from the file returns to its default")
    void removedKeyReturnsToItsDefault() {
        try (TestTree<Root> tree = TestTree.start(new Root(), "[leaf]\nrate = 7")) {
            tree.reload("");
            assertThat(tree.root().leaf.rate.get()).isEqualTo(60);
        }
    }

    @Test
    @DisplayName("C-08 a reload that would change a setting that requires a restart is rejected, and the message says"
            + " why")
    void rejectsReload_ofASettingThatRequiresARestart() {
        try (TestTree<Root> tree = TestTree.start(new Root(), "[leaf]\nport = 1")) {
            // When a setting that requires a restart and another one change
            ReloadResult reloadResult = tree.reload("name = 'b'\n[leaf]\nport = 2");
            // Then neither is applied
            assertThat(reloadResult.outcome()).isEqualTo(ReloadResult.Outcome.REFUSED);
            assertThat(reloadResult.problems())
                    .singleElement()
                    .satisfies(configProblem -> assertThat(configProblem.toString())
                            .contains("test:3:")
                            .contains("leaf.port: 1 -> 2")
                            .contains("restart"));
            assertThat(tree.root().name.get()).isEqualTo("x");
            assertThat(tree.ginkgo().pendingRestart()).isEmpty();
        }
    }

    @Test
    @DisplayName("C-08 with fixed-change = 'defer' the other settings are applied, and the change is pending until a"
            + " restart")
    void defersASettingThatRequiresARestart() {
        try (TestTree<Root> tree = TestTree.start(new Root(), "[ginkgo]\nfixed-change = 'defer'")) {
            ReloadResult reloadResult = tree.reload("name = 'b'\n[ginkgo]\nfixed-change = 'defer'\n[leaf]\nport = 2");
            assertThat(reloadResult.outcome()).isEqualTo(ReloadResult.Outcome.APPLIED);
            assertThat(reloadResult.pendingRestart()).containsExactly("leaf.port");
            assertThat(tree.root().name.get()).isEqualTo("b");
            assertThat(tree.root().leaf.port.get()).isEqualTo(1);
            assertThat(tree.ginkgo().pendingRestart()).containsExactly("leaf.port");
            // And a change that is reverted is no longer pending
            tree.reload("[ginkgo]\nfixed-change = 'defer'");
            assertThat(tree.ginkgo().pendingRestart()).isEmpty();
        }
    }

    @Test
    @DisplayName("C-08 the whole reload is rejected if the other settings are inconsistent with the current value of a"
            + " deferred one")
    void rejectsReload_whenInconsistentWithADeferredSetting() {
        final class Pair extends Service {
            final Setting<Integer> size = setting("size", 1).restartRequired();
            final Setting<Integer> used = setting("used", 1).check((n, all) -> n <= all.get(size), "is over size");
        }
        try (TestTree<Pair> tree = TestTree.start(new Pair(), "ginkgo.fixed-change = 'defer'")) {
            ReloadResult reloadResult = tree.reload("used = 2\nsize = 2\nginkgo.fixed-change = 'defer'");
            assertThat(reloadResult.outcome()).isEqualTo(ReloadResult.Outcome.REFUSED);
            assertThat(reloadResult.problems())
                    .extracting(ConfigProblem::message)
                    .containsExactly("used: 2 is over size");
            assertThat(tree.root().used.get()).isEqualTo(1);
            assertThat(tree.ginkgo().pendingRestart()).isEmpty();
        }
    }

    @Test
    @DisplayName("C-09, C-18 each observer is called once, in order, for its own keys only; children before the parent")
    void observersAreCalledOnceInOrder() {
        try (TestTree<Root> tree = TestTree.start(new Root())) {
            tree.reload("[leaf]\nrate = 7");
            assertThat(tree.root().events)
                    .containsExactly("leaf rate 60->7", "leaf second 60->7", "leaf onReload", "root onReload");
        }
    }

    @Test
    @DisplayName("C-10 an observer or onReload that throws does not stop the others; the service is marked, and the"
            + " settings are applied")
    void continues_whenAnObserverThrows() {
        // Given an observer and an onReload that throw when the value is odd
        final class Fragile extends Service {
            final List<String> events = new CopyOnWriteArrayList<>();
            final Setting<Integer> n = setting("n", 0)
                    .onChange((old, now) -> {
                        if (now % 2 == 1) {
                            throw new IllegalStateException("odd");
                        }
                    })
                    .onChange((old, now) -> events.add("second " + now));

            @Override
            protected void onReload() {
                if (n.get() % 2 == 1) {
                    throw new IllegalArgumentException("odd too");
                }
            }
        }
        final class Parent extends Service {
            final Fragile fragile = add("fragile", new Fragile());
            final List<String> events = new CopyOnWriteArrayList<>();

            @Override
            protected void onReload() {
                events.add("parent");
            }
        }
        try (TestTree<Parent> tree = TestTree.start(new Parent())) {
            // When
            ReloadResult reloadResult = tree.reload("fragile.n = 1");
            // Then
            assertThat(reloadResult.outcome()).isEqualTo(ReloadResult.Outcome.APPLIED);
            assertThat(reloadResult.failures())
                    .extracting(
                            failure -> failure.path() + ": " + failure.thrown().getMessage())
                    .containsExactly("parent/fragile: odd", "parent/fragile: odd too");
            assertThat(tree.root().fragile.events).containsExactly("second 1");
            assertThat(tree.root().events).containsExactly("parent");
            assertThat(tree.root().fragile.n.get()).isEqualTo(1);
            assertThat(tree.root().fragile.status().reloadFailure())
                    .hasValueSatisfying(e -> assertThat(e).hasMessage("odd"));
            // And a successful reload removes the mark
            tree.reload("fragile.n = 2");
            assertThat(tree.root().fragile.status().reloadFailure()).isEmpty();
        }
    }

    @Test
    @DisplayName("C-11 a reload during a stop is rejected")
    void rejectsReload_duringAStop() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch stopping = new CountDownLatch(1);
        final class Slow extends Service {
            @Override
            protected void onStop() throws Exception {
                stopping.countDown();
                held.await();
            }
        }
        TestTree<Slow> tree = TestTree.start(new Slow());
        Thread stopper = Thread.ofVirtual().start(tree::close);
        assertThat(stopping.await(10, TimeUnit.SECONDS)).isTrue();
        ReloadResult reloadResult = tree.reload("");
        held.countDown();
        stopper.join();
        assertThat(reloadResult.outcome()).isEqualTo(ReloadResult.Outcome.REFUSED);
        assertThat(reloadResult.problems().toString()).contains("slow").contains("STOPPING");
    }

    @Test
    @DisplayName("C-11 two reloads never run at the same time")
    void reloadsDoNotOverlap() throws Exception {
        // Given an onReload that detects overlapping calls
        final class Watched extends Service {
            final AtomicInteger inside = new AtomicInteger();
            final AtomicInteger overlaps = new AtomicInteger();
            final AtomicInteger calls = new AtomicInteger();

            @Override
            protected void onReload() {
                if (inside.incrementAndGet() > 1) {
                    overlaps.incrementAndGet();
                }
                Thread.onSpinWait();
                calls.incrementAndGet();
                inside.decrementAndGet();
            }
        }
        try (TestTree<Watched> tree = TestTree.start(new Watched())) {
            List<Thread> threads = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 20; i++) {
                threads.add(Thread.ofVirtual().start(() -> tree.ginkgo().reload()));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(tree.root().calls).hasValue(20);
            assertThat(tree.root().overlaps).hasValue(0);
        }
    }

    @Test
    @DisplayName("C-12 two trees in one JVM do not see each other's values")
    void treesAreIndependent() {
        Root a = new Root();
        Root b = new Root();
        try (Ginkgo first = Ginkgo.start(a, "name = 'a'");
                Ginkgo second = Ginkgo.start(b, "name = 'b'")) {
            first.reload(Configuration.empty().text("toml", "name = 'c'"));
            assertThat(a.name.get()).isEqualTo("c");
            assertThat(b.name.get()).isEqualTo("b");
            assertThat(b.events).isEmpty();
            assertThat(second.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("C-17 without a file, onReload is still called on the whole tree, and the result reports it")
    void reloadsWithoutAFile() {
        Root root = new Root();
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            ReloadResult reloadResult = ginkgo.reload();
            assertThat(reloadResult.hasFiles()).isFalse();
            assertThat(reloadResult.toString()).contains("no file");
            assertThat(root.events).containsExactly("leaf onReload", "root onReload");
        }
    }
}
