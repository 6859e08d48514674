package dev.ginkgo.config;

import java.util.List;

/**
 * Result of binding and validating the settings of a tree without starting it.
 *
 * @param settings every setting of the tree, in the order of declaration; complete also if there are problems
 * @param problems everything that would prevent the start, sorted by position
 * @param warnings what is probably a mistake but does not prevent the start
 */
public record ValidationResult(List<SettingInfo> settings, List<ConfigProblem> problems, List<String> warnings) {

    public ValidationResult {
        settings = List.copyOf(settings);
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
    }
}
