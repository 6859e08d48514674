package dev.ginkgo.config;

import java.util.List;

/**
 * A tree as its configuration would make it, found without starting anything.
 *
 * @param settings every key of the tree, in the order of declaration; also when there are problems
 * @param problems everything for which it would not start, sorted by place
 * @param warnings what is probably a mistake, but stops nothing
 */
public record ValidationResult(List<SettingInfo> settings, List<ConfigProblem> problems, List<String> warnings) {

    public ValidationResult {
        settings = List.copyOf(settings);
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
    }
}
