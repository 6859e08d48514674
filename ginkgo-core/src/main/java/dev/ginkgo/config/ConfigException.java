package dev.ginkgo.config;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown when a configuration has problems. Nothing has been started or changed. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigProblem> problems;

    /**
     * Creates the exception. The message has one line per problem.
     *
     * @param problems all problems; not empty
     */
    public ConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Returns all problems, in the order in which they were given to the constructor. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
