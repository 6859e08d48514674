package dev.ginkgo.build;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks the packages of the main code of all modules: no dependency cycles, and no package that is too large. */
class PackageStructureTest {
    private static final String ROOT = "dev.ginkgo";

    /** The maximum number of top-level types in a package. */
    private static final int MAX_TYPES = 25;

    /** Packages that may have more types, with the reason. */
    private static final Map<String, String> EXCEPTIONS = Map.of();

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    private static final JavaClasses FIXTURE =
            new ClassFileImporter().importPackages(PackageStructureTest.class.getPackageName() + ".fixture");

    /** Each package is a slice; enclosing packages do not count as one. */
    private static final ArchRule NO_CYCLES =
            slices().assignedFrom(new EachPackage()).should().beFreeOfCycles();

    @Test
    @DisplayName("there is no dependency cycle between packages")
    void packagesHaveNoCycles() {
        NO_CYCLES.check(MAIN);
    }

    @Test
    @DisplayName("no package has more than 25 top-level types, unless it is listed with a reason")
    void packagesAreSmall() {
        assertThat(largerThan(MAX_TYPES, MAIN).keySet()).containsExactlyInAnyOrderElementsOf(EXCEPTIONS.keySet());
    }

    @Test
    @DisplayName("the rule detects a cycle between two packages")
    void detectsACycle() {
        assertThatThrownBy(() -> NO_CYCLES.check(FIXTURE))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Cycle detected")
                .hasMessageContaining("fixture.first")
                .hasMessageContaining("fixture.second");
    }

    @Test
    @DisplayName("the rule detects a package with too many types, and counts only top-level types")
    void detectsALargePackage() {
        Map<String, Long> larger = largerThan(1, FIXTURE);
        assertThat(larger).hasSize(1).allSatisfy((name, types) -> {
            assertThat(name).endsWith("fixture.first");
            assertThat(types).isEqualTo(2);
        });
    }

    private static Map<String, Long> largerThan(int types, JavaClasses classes) {
        Map<String, Long> sizes = classes.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, TreeMap::new, Collectors.counting()));
        sizes.values().removeIf(size -> size <= types);
        return sizes;
    }

    private static final class EachPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = type.getPackageName();
            boolean ours = name.equals(ROOT) || name.startsWith(ROOT + ".");
            return ours ? SliceIdentifier.of(List.of(name)) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "the packages of " + ROOT;
        }
    }
}
