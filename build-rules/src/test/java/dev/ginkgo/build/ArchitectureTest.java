package dev.ginkgo.build;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rules that apply to the class files of all modules, such as allowed dependencies. See {@link PackageStructureTest}
 * for packages.
 */
class ArchitectureTest {
    private static final JavaClasses MAIN_CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.ginkgo");

    /** Selects the classes of one module, from its output directory or its JAR. */
    private static DescribedPredicate<JavaClass> inModule(String module) {
        Pattern location = Pattern.compile(".*/" + module + "(/target/|-[0-9]).*");
        return DescribedPredicate.describe(
                "are in " + module,
                type -> type.getSource()
                        .map(source ->
                                location.matcher(source.getUri().toString()).matches())
                        .orElse(false));
    }

    @ParameterizedTest
    @DisplayName("the importer finds classes of every published module")
    @ValueSource(
            strings = {
                "ginkgo-core",
                "ginkgo-testing",
                "ginkgo-cluster",
                "ginkgo-hub",
                "ginkgo-testing-cluster",
                "ginkgo-mesh",
                "ginkgo-zeromq",
                "ginkgo-jwt",
                "ginkgo-nats",
                "ginkgo-etcd",
                "ginkgo-runner"
            })
    void importsAllModules(String module) {
        assertThat(MAIN_CLASSES.that(inModule(module))).isNotEmpty();
    }

    @Test
    @DisplayName("the core depends only on the JDK, SLF4J and one TOML parser, and the binder of meters on Micrometer")
    void coreHasFewDependencies() {
        classes()
                .that(inModule("ginkgo-core"))
                .and()
                .doNotHaveFullyQualifiedName("dev.ginkgo.GinkgoMeters")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.ginkgo..",
                        "java..",
                        "jdk.net",
                        "jdk.jfr",
                        "com.sun.net.httpserver",
                        "org.slf4j..",
                        "org.tomlj",
                        "org.jspecify..")
                .check(MAIN_CLASSES);
        noClasses()
                .that()
                .doNotHaveSimpleName("TomlReader")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.tomlj")
                .check(MAIN_CLASSES);
    }

    @Test
    @DisplayName("one class reads the system clock, and only the command ends the process")
    void clockAndExitAreIsolated() {
        noClasses()
                .that()
                .doNotHaveSimpleName("SystemTime")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(MAIN_CLASSES);
        noClasses()
                .that(not(inModule("ginkgo-runner")))
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(MAIN_CLASSES);
    }

    @Test
    @DisplayName("all static fields are final")
    void noMutableStaticState() {
        fields().that().areStatic().should().beFinal().check(MAIN_CLASSES);
    }
}
