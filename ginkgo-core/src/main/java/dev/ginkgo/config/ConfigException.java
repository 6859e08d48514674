package dev.ginkgo.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used. Nothing was started or changed because of it. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigProblem> problems;

    /**
     * @param problems all of them; not empty
     */
    public ConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Everything that is wrong, sorted by place; the message has one line for each. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
