package dev.ginkgo.internal.config;

import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.ValidationResult;
import java.util.List;

/**
 * What came out of binding.
 *
 * @param snapshot the values; complete only if there are no problems
 * @param problems everything that is wrong, sorted by place
 * @param warnings what is probably a mistake, but stops nothing
 * @param settings every key; also when there are problems
 * @param raw what was bound, for children that are added later
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

    /** This binding if there are no problems, else all of them in one exception. */
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
