package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.ValidationResult;
import java.util.List;

/**
 * Result of binding.
 *
 * @param snapshot the values; complete only if there are no problems
 * @param problems everything that is wrong, sorted by position
 * @param warnings what is probably a mistake but does not prevent the start
 * @param settings every setting; also if there are problems
 * @param raw the content that was bound, for children that are added later
 */
public record BindingResult(
        SettingValues snapshot,
        List<ConfigProblem> problems,
        List<String> warnings,
        List<SettingInfo> settings,
        RawConfig raw) {

    public BindingResult {
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
        settings = List.copyOf(settings);
    }

    /**
     * Returns this result.
     *
     * @throws ConfigException with all problems, if there are any
     */
    public BindingResult orThrow() {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return this;
    }

    public ValidationResult validationResult() {
        return new ValidationResult(settings, problems, warnings);
    }
}
