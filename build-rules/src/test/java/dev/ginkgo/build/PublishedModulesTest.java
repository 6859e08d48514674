package dev.ginkgo.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks what the POMs say about the modules that are published, and about their API. */
class PublishedModulesTest {
    private static final String NOT_PUBLISHED = "<maven.deploy.skip>true</maven.deploy.skip>";
    private static final Path BOM = SourceTree.path("ginkgo-bom", "pom.xml");
    private static final Pattern VERSION = Pattern.compile("(?m)^  <version>(\\S+)</version>");
    private static final Pattern LISTED = Pattern.compile(
            "<dependency><groupId>dev\\.ginkgo</groupId><artifactId>([a-z-]+)</artifactId><version>\\$\\{project\\.version}</version></dependency>");
    private static final Pattern EXPORT = Pattern.compile("(?m)^    exports ([a-z.]+);");
    private static final Pattern COMPARED = Pattern.compile("<include>(dev\\.[a-z.]+)</include>");
    private static final Pattern OPTIONAL_MODULE = Pattern.compile("(?m)^    requires static ([a-z.]+);");
    private static final Pattern OPTIONAL_DEPENDENCY =
            Pattern.compile("<artifactId>([a-z-]+)</artifactId><optional>true</optional>");

    /** The modules that are published as jars. */
    private static List<Path> published() {
        return SourceTree.modules().stream()
                .filter(module -> !SourceTree.read(module.resolve("pom.xml")).contains(NOT_PUBLISHED))
                .filter(module -> Files.exists(module.resolve("src/main/java")))
                .toList();
    }

    @Test
    @DisplayName(
            "L-33 the BOM has the version of all modules, lists exactly those that are published, and no other library")
    void bomListsPublishedModules() {
        String bom = SourceTree.read(BOM);
        assertThat(VERSION.matcher(bom).results().map(found -> found.group(1)))
                .containsExactlyElementsOf(List.of(version(SourceTree.path("pom.xml"))));
        assertThat(bom).doesNotContain("<parent>");
        assertThat(LISTED.matcher(bom).results().map(found -> found.group(1)))
                .hasSameSizeAs(
                        Pattern.compile("<dependency>").matcher(bom).results().toList())
                .containsExactlyInAnyOrderElementsOf(published().stream()
                        .map(module -> module.getFileName().toString())
                        .toList());
    }

    @Test
    @DisplayName("L-33 each module says whether it is published; those that are not say so in their description too")
    void everyModuleIsPublishedOrNot() {
        for (Path module : SourceTree.modules()) {
            String pom = SourceTree.read(module.resolve("pom.xml"));
            String name = module.getFileName().toString();
            assertThat(pom).as(name).contains("<name>Ginkgo ").contains("<description>");
            if (pom.contains("Not published.")) {
                assertThat(pom).as(name).contains(NOT_PUBLISHED);
            }
        }
        assertThat(published()).hasSizeGreaterThan(5);
    }

    @Test
    @DisplayName("L-65 the POMs have what Maven Central requires; what is not decided yet is one property in both")
    void pomsHaveMetadata() {
        for (Path pom : List.of(SourceTree.path("pom.xml"), BOM)) {
            assertThat(SourceTree.read(pom))
                    .contains(
                            "<name>Ginkgo",
                            "<description>",
                            "<url>${ginkgo.url}</url>",
                            "<name>MIT</name>",
                            "<developer><name>The Ginkgo for Java authors</name></developer>",
                            "<connection>scm:git:${ginkgo.scm}</connection>",
                            "<property>project.originalModel.properties(ginkgo.url)</property>",
                            "<property>project.originalModel.properties(ginkgo.scm)</property>");
        }
        assertThat(metadata(BOM))
                .isEqualTo(metadata(SourceTree.path("pom.xml")))
                .hasSize(2);
    }

    private static List<String> metadata(Path pom) {
        return Pattern.compile("<ginkgo\\.(?:url|scm)\\b[^\n]*")
                .matcher(SourceTree.read(pom))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    @Test
    @DisplayName("L-37 the packages whose API is compared with the last release are those that the modules export")
    void exportedPackagesAreCompared() {
        List<String> exported = published().stream()
                .map(module -> module.resolve("src/main/java/module-info.java"))
                .filter(Files::exists)
                .flatMap(file -> EXPORT.matcher(SourceTree.read(file)).results().map(found -> found.group(1)))
                .toList();
        assertThat(COMPARED.matcher(SourceTree.read(SourceTree.path("pom.xml")))
                        .results()
                        .map(found -> found.group(1)))
                .containsExactlyInAnyOrderElementsOf(exported);
    }

    @Test
    @DisplayName(
            "L-36 a library that a module requires only optionally is optional in its POM, so that users do not get it")
    void optionalModulesAreOptionalDependencies() {
        for (Path module : published()) {
            Path info = module.resolve("src/main/java/module-info.java");
            if (Files.notExists(info)) {
                continue;
            }
            String pom = SourceTree.read(module.resolve("pom.xml"));
            List<String> inModule = OPTIONAL_MODULE
                    .matcher(SourceTree.read(info))
                    .results()
                    .map(found -> found.group(1))
                    .filter(name -> !name.startsWith("jdk."))
                    .toList();
            List<String> inPom = OPTIONAL_DEPENDENCY
                    .matcher(pom)
                    .results()
                    .map(found -> found.group(1).replace('-', '.'))
                    .toList();
            assertThat(inPom).as(module.toString()).hasSameSizeAs(inModule);
            for (String name : inModule) { // org.junit.jupiter.api is junit-jupiter-api
                assertThat(inPom).as(module.toString()).anyMatch(artifact -> name.endsWith(artifact));
            }
        }
    }

    private static String version(Path pom) {
        Matcher version = VERSION.matcher(SourceTree.read(pom));
        assertThat(version.find()).as("a version in %s", pom).isTrue();
        return version.group(1);
    }
}
