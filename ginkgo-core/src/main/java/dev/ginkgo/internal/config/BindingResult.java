package dev.ginkgo;

import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.Problem;
import dev.ginkgo.config.Raw;
import java.util.List;

/**
 * What came out of binding.
 *
 * @param snapshot the values; complete only if there are no problems
 * @param problems everything that is wrong, sorted by place
 * @param warnings what is probably a mistake, but stops nothing
 * @param infos every key; also when there are problems
 * @param raw what was bound, for children that are added later
 */
record Binding(
        SettingValues snapshot, List<Problem> problems, List<String> warnings, List<SettingInfo> infos, Raw raw) {

    Binding {
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
        infos = List.copyOf(infos);
    }

    /** This binding if there are no problems, else all of them in one exception. */
    Binding orThrow() {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return this;
    }

    Description describe() {
        return new Description(infos, problems, warnings);
    }
}
