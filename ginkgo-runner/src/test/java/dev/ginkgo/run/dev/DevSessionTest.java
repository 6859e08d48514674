package dev.ginkgo.run.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ginkgo dev}: what happens when files change. */
class DevSessionTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Map<String, String> QUIET = Map.of("log.level", "warn");

    @TempDir
    private Path folder = Path.of("");

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    @Test
    @DisplayName(
            "C-38 a saved source file, also one that is used only now, replaces the running program in the same process")
    void savedSource_replacesTheProgram() throws Exception {
        // Given
        write("Shop.java", TestDev.service("version 1"));
        try (TestDev dev = TestDev.start(folder, "Shop.java", QUIET)) {
            dev.awaitProgram("version 1 of size 1 here").awaitOutput("press Ctrl-C to stop");
            dev.takeOutput();

            // When, then
            dev.write("Shop.java", TestDev.service("version 2")).awaitProgram("version 2 of size 1 here");
            dev.awaitOutput("shop is READY after ");
            assertThat(dev.takeOutput()).contains("Shop.java has changed").contains("; compiled in ");

            // When a class beside the program is used, and then changed
            write("Beside.java", "class Beside { static final String NAME = new String(\"beside\"); }");
            dev.write("Shop.java", TestDev.service("\" + Beside.NAME + \"")).awaitProgram("beside of size 1 here");
            dev.write("Beside.java", "class Beside { static final String NAME = new String(\"changed\"); }")
                    .awaitProgram("changed of size 1 here");
            dev.awaitOutput("Beside.java has changed");
            dev.takeOutput();

            // When a file is saved without a change, the program runs on
            Object root = dev.requireTree().root();
            dev.write("Beside.java", "class Beside { static final String NAME = new String(\"changed\"); }")
                    .awaitOutput("no class has changed; the program runs on");
            assertThat(dev.requireTree().root()).isSameAs(root);
        }
    }

    @Test
    @DisplayName("C-39 while the newest version does not compile, cannot be instantiated or has an invalid setting, the"
            + " old one runs on, and terminal and dashboard show the error with file:line:column; C-43 the dashboard stays"
            + " at its address")
    void invalidVersion_keepsTheOldOne() throws Exception {
        // Given
        write("Shop.java", TestDev.service("version 1"));
        write("shop.toml", "service = \"Shop.java\"\n");
        Map<String, String> settings = Map.of("log.level", "warn", "ginkgo.dashboard", "127.0.0.1:0");
        try (TestDev dev = TestDev.start(folder, "shop.toml", settings)) {
            dev.awaitProgram("version 1 of size 1 here");
            int port = dev.dashboard();
            assertThat(TestDev.sample(port, "services")).contains("\"problem\":\"\"", "\"started\":true");
            Object root = dev.requireTree().root();

            // When it does not compile
            dev.write("Shop.java", TestDev.service("version 2").replace("size.get()", "siz.get()"))
                    .awaitOutput("The version before the change runs on. Waiting for a change.");

            // Then
            assertThat(dev.takeOutput()).contains("Shop.java:4:72: error: cannot find symbol");
            assertThat(dev.requireTree().root()).isSameAs(root);
            for (String page : List.of("services", "settings", "log")) {
                assertThat(TestDev.sample(port, page)).contains("Shop.java:4:72: error: cannot find symbol");
            }

            // When its constructor throws
            dev.write("Shop.java", """
                            class Shop extends dev.ginkgo.Service {
                                Shop() { throw new IllegalStateException("no luck"); }
                            }
                            """).awaitOutput("runs on. Waiting for a change.");

            // Then
            assertThat(dev.takeOutput()).contains("cannot instantiate Shop").contains("Shop.java:2");
            assertThat(dev.requireTree().root()).isSameAs(root);

            // When it compiles, but a setting is invalid
            dev.write("shop.toml", "service = \"Shop.java\"\nsize = 0\n")
                    .write("Shop.java", TestDev.service("version 3"))
                    .awaitOutput("shop.toml:2:8: size: 0 is outside 1..100");
            assertThat(dev.requireTree().root()).isSameAs(root);

            // When that is solved
            dev.write("shop.toml", "service = \"Shop.java\"\nsize = 7\n").awaitProgram("version 3 of size 7 here");

            // Then
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(TestDev.sample(port, "services"))
                            .contains("\"problem\":\"\"", "\"started\":true"));
        }
    }

    @Test
    @DisplayName(
            "C-40 a version that does not start is reported in terminal and dashboard, and the next change is tried")
    void failedStart_isReported() throws Exception {
        // Given
        write("Shop.java", TestDev.service("version 1"));
        Map<String, String> settings = Map.of("log.level", "off", "ginkgo.dashboard", "127.0.0.1:0");
        try (TestDev dev = TestDev.start(folder, "Shop.java", settings)) {
            dev.awaitProgram("version 1 of size 1 here");
            int port = dev.dashboard();

            // When
            dev.write("Shop.java", """
                            class Shop extends dev.ginkgo.Service {
                                @Override protected void onStart() {
                                    throw new IllegalStateException("no luck");
                                }
                            }
                            """).awaitOutput("Nothing is running. Waiting for a change.");

            // Then
            assertThat(dev.output())
                    .contains("IllegalStateException: no luck", "at Shop.onStart(Shop.java:3)", "throw new Illegal");
            assertThat(TestDev.sample(port, "services"))
                    .contains(
                            "IllegalStateException: no luck\\n    at Shop.onStart(Shop.java:3)",
                            "\"state\":\"FAILED\"");

            // When, then
            dev.write("Shop.java", TestDev.service("version 2")).awaitProgram("version 2 of size 1 here");

            // When a service fails later, it is reported as well
            dev.takeOutput();
            dev.write("Shop.java", """
                            class Shop extends dev.ginkgo.Service {
                                @Override protected void onStart() {
                                    spawn("fail", () -> {
                                        while (!new java.io.File("%s").exists()) sleep(java.time.Duration.ofMillis(5));
                                        throw new IllegalStateException("out of luck");
                                    });
                                }
                                @Override public String toString() { return "version 3"; }
                            }
                            """.formatted(folder.resolve("fail"))).awaitProgram("version 3");
            write("fail", "");
            dev.awaitOutput("Nothing is running. Waiting for a change.");
            assertThat(dev.takeOutput()).contains("shop has failed: ").contains("out of luck");
            dev.write("Shop.java", TestDev.service("version 4")).awaitProgram("version 4 of size 1 here");
        }
    }

    @Test
    @DisplayName("C-41 a changed configuration is reloaded; if the tree rejects that, the program is replaced")
    void changedConfiguration_isReloaded() throws Exception {
        // Given
        write("Shop.java", TestDev.service("version 1"));
        write("Depot.java", TestDev.service("depot").replace("Shop", "Depot"));
        write("shop.toml", "service = \"Shop.java\"\nsize = 2\n");
        try (TestDev dev = TestDev.start(folder, "shop.toml", QUIET)) {
            dev.awaitProgram("version 1 of size 2 here");
            Object root = dev.requireTree().root();

            // When, then
            dev.write("shop.toml", "service = \"Shop.java\"\nsize = 3\n").awaitProgram("version 1 of size 3 here");
            dev.awaitOutput("reload: size: 2 -> 3");
            assertThat(dev.requireTree().root()).isSameAs(root);

            // When it is invalid, and then valid again
            dev.write("shop.toml", "service = \"Shop.java\"\nsize = \n").awaitOutput("shop.toml:2:8: ");
            dev.write("shop.toml", "service = \"Shop.java\"\nsize = 4\n").awaitProgram("version 1 of size 4 here");
            assertThat(dev.requireTree().root()).isSameAs(root);

            // When a setting changes that needs a restart
            dev.write("shop.toml", "service = \"Shop.java\"\nplace = \"there\"\n")
                    .awaitProgram("version 1 of size 1 there");
            assertThat(dev.requireTree().root()).isNotSameAs(root);

            // When it names another service
            dev.write("shop.toml", "service = \"Depot.java\"\nplace = \"there\"\n")
                    .awaitProgram("depot of size 1 there");

            // When the tree accepts the change of such a setting, but defers it to a restart
            String deferring = "service = \"Depot.java\"\nplace = \"%s\"\n[ginkgo]\nfixed-change = \"defer\"\n";
            dev.write("shop.toml", deferring.formatted("elsewhere")).awaitProgram("depot of size 1 elsewhere");
            dev.write("shop.toml", deferring.formatted("nowhere")).awaitProgram("depot of size 1 nowhere");
        }
    }

    @Test
    @DisplayName("C-42 the class loaders of replaced versions are released, whether they ran, failed or did not load")
    void replacedVersions_areReleased() throws Exception {
        // Given a program with a task and a resource, whose first version runs
        String program = """
                final class Shop extends dev.ginkgo.Service {
                    final dev.ginkgo.Mailbox<String> box = add("box", new dev.ginkgo.Mailbox<>(8, dev.ginkgo.Mailbox.Overflow.DROP_OLDEST));
                    @Override protected void onStart() throws Exception {
                        closeOnStop(new java.io.ByteArrayInputStream(new byte[0]));
                        spawn("take", () -> { for (String each : box) IO.println(each); });
                        org.slf4j.LoggerFactory.getLogger(Shop.class).info("version %1$d");
                        if (%1$d == 3) throw new IllegalStateException("no luck");
                    }
                    @Override public String toString() { return "version %1$d"; }
                }
                """;
        write("Shop.java", program.formatted(0));
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        Map<String, String> settings = Map.of("log.level", "off", "ginkgo.dashboard", "127.0.0.1:0");
        try (TestDev dev = TestDev.start(folder, "Shop.java", settings)) {
            int port = dev.dashboard();
            for (int version = 0; version < 6; version++) {
                // When it is replaced several times
                dev.write("Shop.java", program.formatted(version));
                if (version == 3) {
                    dev.awaitOutput("no luck");
                } else {
                    dev.awaitProgram("version " + version);
                    loaders.add(loader(dev));
                    assertThat(TestDev.sample(port, "services")).contains("box");
                }
            }

            // Then only the loader of the newest version remains
            await().atMost(TIMEOUT).untilAsserted(() -> {
                System.gc();
                assertThat(loaders.stream().filter(each -> !each.refersTo(null)))
                        .hasSize(1);
            });
            assertThat(loaders.getLast().refersTo(null)).isFalse();
        }
    }

    private static WeakReference<ClassLoader> loader(TestDev dev) {
        return new WeakReference<>(dev.requireTree().root().getClass().getClassLoader());
    }

    @Test
    @DisplayName(
            "C-60 a program whose first version does not compile, or does not start, is started when that is solved")
    void firstVersionIsInvalid_waits() throws Exception {
        // Given
        write("Shop.java", "class Shop extends dev.ginkgo.Service { int no = \"number\"; }");
        try (TestDev dev = TestDev.start(folder, "Shop.java", QUIET)) {
            // When, then
            dev.awaitOutput("Shop.java:1:50: error: incompatible types").awaitOutput("watching Shop.java");

            // When it uses a class that does not exist yet
            dev.write("Shop.java", TestDev.service("\" + Late.NAME + \"")).awaitOutput("error: cannot find symbol");
            dev.write("Late.java", "class Late { static final String NAME = \"late\"; }")
                    .awaitProgram("late of size 1 here");
        }
    }

    @Test
    @DisplayName("C-60 a target that is not a service, or has no files that could change, is rejected with the reason")
    void unsuitableTarget_isRejected() throws Exception {
        try (TestDev dev = TestDev.start(folder, "dev.ginkgo.hub.MessageHub", QUIET)) {
            assertThat(dev.exitCode()).isEqualTo(78);
            assertThat(dev.output()).contains("has no files that could change; start it with ginkgo run.");
        }
        try (TestDev dev = TestDev.start(folder, "Missing.java", QUIET)) {
            assertThat(dev.exitCode()).isEqualTo(78);
            assertThat(dev.output()).contains("Missing.java does not exist");
        }
        write("Main.java", "class Main { static void main() {} }");
        try (TestDev dev = TestDev.start(folder, "Main.java", QUIET)) {
            dev.awaitOutput("Main.java has a main method, which cannot be stopped and replaced");
        }
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            write("Shop.java", TestDev.service("version 1"));
            String address = "127.0.0.1:" + taken.getLocalPort();
            try (TestDev dev = TestDev.start(folder, "Shop.java", Map.of("ginkgo.dashboard", address))) {
                assertThat(dev.exitCode()).isEqualTo(69);
                assertThat(dev.output()).contains("cannot listen on " + address);
            }
        }
    }

    @Test
    @DisplayName("C-38 classes on the class path, compiled by another tool, replace the running program")
    void changedClasses_replaceTheProgram() throws Exception {
        // Given
        Path classes = Files.createDirectory(folder.resolve("classes"));
        compile(classes, "version 1");
        try (TestDev dev = TestDev.start(folder, "Shop", QUIET, List.of("classes"))) {
            dev.awaitProgram("version 1 of size 1 here");

            // When, then
            compile(classes, "version 2");
            dev.awaitProgram("version 2 of size 1 here");
        }
    }

    private void compile(Path classes, String version) throws IOException {
        write("Shop.java", TestDev.service(version));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-proc:none",
                                "-d",
                                classes.toString(),
                                folder.resolve("Shop.java").toString()))
                .isZero();
    }
}
