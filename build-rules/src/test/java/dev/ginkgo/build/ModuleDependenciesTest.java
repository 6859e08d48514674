package dev.ginkgo.build;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks that the dependencies in the modules' POMs point downwards only. */
class ModuleDependenciesTest {
    private static final Pattern PROJECT_DEPENDENCY = Pattern.compile(
            "<dependency><groupId>dev\\.ginkgo</groupId><artifactId>([a-z-]+)</artifactId>(<scope>test)?");

    /** The modules that each module may depend on at run time. Test dependencies are not restricted. */
    private static final Map<String, List<String>> ALLOWED = Map.ofEntries(
            entry(
                    "ginkgo-bom", // manages the versions of all published modules, and depends on none
                    List.of(
                            "ginkgo-core",
                            "ginkgo-testing",
                            "ginkgo-cluster",
                            "ginkgo-hub",
                            "ginkgo-testing-cluster",
                            "ginkgo-runner",
                            "ginkgo-mesh",
                            "ginkgo-zeromq",
                            "ginkgo-jwt",
                            "ginkgo-nats",
                            "ginkgo-etcd")),
            entry("ginkgo-core", List.of()),
            entry("ginkgo-testing", List.of("ginkgo-core")),
            entry("ginkgo-core-tests", List.of("ginkgo-core")),
            entry("ginkgo-cluster", List.of("ginkgo-core")),
            entry("ginkgo-hub", List.of("ginkgo-core", "ginkgo-cluster")),
            entry("ginkgo-interleaving-tests", List.of()),
            entry("ginkgo-testing-cluster", List.of("ginkgo-core", "ginkgo-testing", "ginkgo-cluster", "ginkgo-hub")),
            entry("ginkgo-mesh", List.of("ginkgo-core", "ginkgo-cluster")),
            entry("ginkgo-zeromq", List.of("ginkgo-core", "ginkgo-cluster", "ginkgo-hub")),
            entry("ginkgo-jwt", List.of("ginkgo-core", "ginkgo-hub")),
            entry("ginkgo-nats", List.of("ginkgo-core", "ginkgo-cluster", "ginkgo-hub")),
            entry("ginkgo-etcd", List.of("ginkgo-core", "ginkgo-cluster")),
            entry(
                    "ginkgo-cluster-tests",
                    List.of("ginkgo-core", "ginkgo-cluster", "ginkgo-hub", "ginkgo-mesh", "ginkgo-zeromq")),
            entry("ginkgo-runner", List.of("ginkgo-core", "ginkgo-cluster", "ginkgo-hub")),
            entry("examples", List.of("ginkgo-core", "ginkgo-cluster", "ginkgo-hub")),
            entry(
                    "dist",
                    List.of(
                            "ginkgo-runner",
                            "ginkgo-mesh",
                            "ginkgo-zeromq",
                            "ginkgo-jwt",
                            "ginkgo-nats",
                            "ginkgo-etcd")),
            entry(
                    "build-rules",
                    List.of(
                            "ginkgo-core",
                            "ginkgo-testing",
                            "ginkgo-testing-cluster",
                            "ginkgo-mesh",
                            "ginkgo-zeromq",
                            "ginkgo-jwt",
                            "ginkgo-nats",
                            "ginkgo-etcd",
                            "ginkgo-runner")));

    @Test
    @DisplayName("each module depends only on those below it")
    void modulesDependOnLowerModulesOnly() {
        for (Path module : SourceTree.modules()) {
            String name = module.getFileName().toString();
            assertThat(ALLOWED)
                    .as("the modules with a list of allowed dependencies")
                    .containsKey(name);
            List<String> actual = PROJECT_DEPENDENCY
                    .matcher(SourceTree.read(module.resolve("pom.xml")))
                    .results()
                    .filter(found -> found.group(2) == null)
                    .map(found -> found.group(1))
                    .toList();
            assertThat(ALLOWED.get(name)).as(name).containsAll(actual);
        }
    }

    @Test
    @DisplayName("all POMs declare project dependencies in the form that this test recognizes")
    void dependenciesAreWrittenInOneForm() {
        for (Path module : SourceTree.modules()) {
            String pom = SourceTree.read(module.resolve("pom.xml"));
            long mentioned = Pattern.compile("<artifactId>ginkgo-")
                    .matcher(pom)
                    .results()
                    .count();
            long seen = PROJECT_DEPENDENCY
                    .matcher(pom)
                    .results()
                    .map(MatchResult::group)
                    .count();
            long own = pom.contains("<artifactId>ginkgo-") ? 1 : 0;
            assertThat(mentioned).as(module.toString()).isEqualTo(seen + own);
        }
    }
}
