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

/** What a module may depend on, and rules that a class file shows. See {@link PackageStructureTest} for packages. */
class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.ginkgo");

    /** The classes of one module, which come from its folder of classes or from its JAR. */
    private static DescribedPredicate<JavaClass> of(String module) {
        Pattern place = Pattern.compile(".*/" + module + "(/target/|-[0-9]).*");
        return DescribedPredicate.describe(
                "are of " + module,
                type -> type.getSource()
                        .map(source -> place.matcher(source.getUri().toString()).matches())
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
                "ginkgo-runner"
            })
    void importsAllModules(String module) {
        assertThat(OURS.that(of(module))).isNotEmpty();
    }

    @Test
    @DisplayName("the core needs the JDK, SLF4J and one reader of TOML")
    void coreIsLight() {
        classes()
                .that(of("ginkgo-core"))
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
                .doNotHaveSimpleName("SystemTime")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(OURS);
        noClasses()
                .that(not(of("ginkgo-runner")))
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
