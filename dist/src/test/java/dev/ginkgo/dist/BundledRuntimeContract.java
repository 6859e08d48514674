package dev.ginkgo.dist;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** A distribution with a Java runtime, on a machine without a JDK. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class BundledRuntimeContract {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private @Nullable CleanMachine unpacked;

    /** Unpacks the distribution. */
    abstract CleanMachine unpack(Path folder) throws Exception;

    @BeforeAll
    void unpackOnce(@TempDir Path folder) throws Exception {
        unpacked = unpack(folder);
    }

    final CleanMachine machine() {
        return requireNonNull(unpacked);
    }

    @Test
    @DisplayName("C-30 a source file is compiled and run without a JDK on the machine")
    void runsSourceFile() throws Exception {
        // Given
        CleanMachine machine = machine();
        assertThat(machine.run("java -version || javac -version").output())
                .contains("java: not found")
                .contains("javac: not found");
        machine.write("Hello.java", """
                import dev.ginkgo.*;

                final class Hello extends Service {
                    final Setting<String> message = setting("message", "Hello World");

                    @Override
                    protected void onStart() {
                        IO.println(message.get() + " from " + System.getProperty("java.home"));
                    }
                }
                """);
        Path output = machine.folder().resolve("hello.txt");

        // When
        Process process = machine.start("exec ginkgo Hello.java --set message=Hi", output, Map.of());

        // Then
        try {
            awaitOutput(process, output, "press Ctrl-C to stop");
            Path runtime = machine.home().resolve("runtime").toRealPath();
            assertThat(output).content().contains("Hi from " + runtime);
            process.destroy();
            assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @DisplayName("C-30 a cluster node runs with both engines, which encrypt, and its hub has a leader's messages")
    void runsClusterNode() throws Exception {
        // Given a cluster of one node, with a secret
        CleanMachine machine = machine();
        int port;
        int messages;
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = first.getLocalPort();
            messages = second.getLocalPort();
        }
        machine.write("Node.java", """
                import dev.ginkgo.*;
                import dev.ginkgo.cluster.Cluster;
                import dev.ginkgo.hub.MessageHub;

                final class Node extends Service {
                    final Cluster cluster = add("cluster", new Cluster());
                    final MessageHub hub = add("hub", new MessageHub(cluster));

                    @Override
                    protected void onStart() {
                        spawn("publish", () -> {
                            while (!cluster.ifLeading(lease -> hub.publish("/words", "led", lease))) {
                                sleep(java.time.Duration.ofMillis(50));
                            }
                            IO.println("published as the leader");
                        });
                    }
                }
                """);
        machine.write("node.toml", """
                service = "Node.java"
                ginkgo.start-timeout = "2m"
                [cluster]
                identity = "127.0.0.1:%d"
                data-dir = "data"
                secret = "a secret of more than 16 characters"
                [cluster.coordinator]
                engine = "mesh"
                [hub.transport]
                engine = "zeromq"
                zeromq.bind = "127.0.0.1:%d"
                [hub.http]
                bind = "127.0.0.1:0"
                """.formatted(port, messages));
        Path output = machine.folder().resolve("node.txt");

        // When
        Process process = machine.start("exec ginkgo run node.toml", output, Map.of());

        // Then
        try {
            awaitOutput(process, output, "published as the leader");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @DisplayName("C-30 a daemon starts, its console evaluates expressions, and warm-up creates its archive of classes")
    void runsDaemonWithConsole() throws Exception {
        // Given
        CleanMachine machine = machine();
        machine.run("ginkgo warm-up").succeeds();
        assertThat(machine.home().resolve("ginkgo.jsa")).exists();
        machine.write("Idle.java", "import dev.ginkgo.*;\nfinal class Idle extends Service {}\n");

        // When
        machine.run("ginkgo start Idle.java --set ginkgo.console=true").succeeds();

        // Then
        try {
            assertThat(machine.run("echo '6 * 7' | ginkgo console Idle")
                            .succeeds()
                            .output())
                    .contains("42");
            machine.run("ginkgo status Idle").succeeds();
        } finally {
            machine.run("ginkgo stop Idle --kill --timeout 30s");
        }
    }

    @Test
    @DisplayName("C-30 the runtime contains the modules that the jars require, the compiler, and certificates")
    void runtimeIsComplete() throws Exception {
        // Given
        CleanMachine machine = machine();
        Path runtime = machine.home().resolve("runtime");

        // When
        Set<String> available = machine.run(runtime + "/bin/java --list-modules")
                .succeeds()
                .output()
                .lines()
                .map(line -> line.replaceFirst("@.*", ""))
                .collect(Collectors.toSet());

        // Then
        assertThat(available).contains("jdk.compiler", "jdk.jshell", "jdk.httpserver", "java.net.http", "jdk.jcmd");
        for (String jars :
                List.of("lib", "engines/mesh", "engines/zeromq", "engines/jwt", "engines/nats", "engines/etcd")) {
            assertThat(required(machine.home().resolve(jars)))
                    .as("platform modules required by %s", jars)
                    .isSubsetOf(available);
        }
        assertThat(runtime.resolve("lib/security/cacerts")).isNotEmptyFile();
    }

    /** Returns the modules of the platform that the jars of a folder require. */
    private static Set<String> required(Path jars) {
        return ModuleFinder.of(jars).findAll().stream()
                .flatMap(module -> module.descriptor().requires().stream())
                .filter(required -> !required.modifiers().contains(Requires.Modifier.STATIC))
                .map(Requires::name)
                .filter(name -> name.startsWith("java.") || name.startsWith("jdk."))
                .collect(Collectors.toSet());
    }

    private static void awaitOutput(Process process, Path output, String text) throws IOException {
        await().atMost(TIMEOUT).until(() -> Files.readString(output).contains(text) || !process.isAlive());
        assertThat(output).content().contains(text);
    }
}
