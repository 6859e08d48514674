package dev.ginkgo.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The direction of dependencies inside the modules, and the habits that a class file shows. */
class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.ginkgo");

    @Test
    @DisplayName("the importer sees the house")
    void somethingIsChecked() {
        assertThat(OURS.contain("dev.ginkgo.Service")).isTrue();
        assertThat(OURS.contain("dev.ginkgo.cluster.Cluster")).isTrue();
        assertThat(OURS.contain("dev.ginkgo.hub.MessageHub")).isTrue();
        assertThat(OURS.contain("dev.ginkgo.mesh.MeshEngine")).isTrue();
        assertThat(OURS.contain("dev.ginkgo.zeromq.ZmqEngine")).isTrue();
        assertThat(OURS.contain("dev.ginkgo.run.Main")).isTrue();
        assertThat(OURS.contain("dev.ginkgo.testing.FakeClock")).isTrue();
        assertThat(OURS.contain("dev.ginkgo.testing.cluster.TestCluster")).isTrue();
    }

    @Test
    @DisplayName("settings and the spi know nothing of services; the core knows nothing of what is built on it")
    void packagesPointDownwards() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.ginkgo.config", "dev.ginkgo.spi")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.ginkgo",
                        "dev.ginkgo.net",
                        "dev.ginkgo.cluster..",
                        "dev.ginkgo.hub..",
                        "dev.ginkgo.mesh..",
                        "dev.ginkgo.zeromq..",
                        "dev.ginkgo.run",
                        "dev.ginkgo.testing..")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage("dev.ginkgo")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.ginkgo.net",
                        "dev.ginkgo.cluster..",
                        "dev.ginkgo.hub..",
                        "dev.ginkgo.mesh..",
                        "dev.ginkgo.zeromq..",
                        "dev.ginkgo.run",
                        "dev.ginkgo.testing..")
                .check(OURS);
        noClasses()
                .that()
                .resideInAnyPackage("dev.ginkgo.net", "dev.ginkgo.testing")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.ginkgo.cluster..",
                        "dev.ginkgo.hub..",
                        "dev.ginkgo.mesh..",
                        "dev.ginkgo.zeromq..",
                        "dev.ginkgo.run")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage("dev.ginkgo.cluster..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.ginkgo.hub..",
                        "dev.ginkgo.mesh..",
                        "dev.ginkgo.zeromq..",
                        "dev.ginkgo.run",
                        "dev.ginkgo.testing..")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage("dev.ginkgo.hub..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.ginkgo.mesh..", "dev.ginkgo.zeromq..", "dev.ginkgo.run", "dev.ginkgo.testing..")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage("dev.ginkgo.mesh..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.ginkgo.hub..", "dev.ginkgo.zeromq..", "dev.ginkgo.run", "dev.ginkgo.testing..")
                .check(OURS);
        noClasses()
                .that()
                .resideInAPackage("dev.ginkgo.zeromq..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.ginkgo.mesh..", "dev.ginkgo.run", "dev.ginkgo.testing..")
                .check(OURS);
        slices().matching("dev.ginkgo.(*)..").should().beFreeOfCycles().check(OURS);
    }

    @Test
    @DisplayName("the core needs the JDK, SLF4J and one reader of TOML")
    void coreIsLight() {
        classes()
                .that()
                .resideInAnyPackage(
                        "dev.ginkgo", "dev.ginkgo.config", "dev.ginkgo.internal..", "dev.ginkgo.net", "dev.ginkgo.spi")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.ginkgo..",
                        "java..",
                        "jdk.net",
                        "com.sun.net.httpserver",
                        "org.slf4j..",
                        "org.tomlj",
                        "org.jspecify..")
                .check(OURS);
        noClasses()
                .that()
                .doNotHaveSimpleName("TomlReader")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.tomlj")
                .check(OURS);
    }

    @Test
    @DisplayName("the machine's clock is read in one class, and only the command ends the process")
    void clocksAndExits() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.ginkgo.SystemTime")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(OURS);
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.ginkgo.run")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(OURS);
    }

    @Test
    @DisplayName("nothing is static and mutable")
    void noStaticState() {
        fields().that().areStatic().should().beFinal().check(OURS);
    }
}
