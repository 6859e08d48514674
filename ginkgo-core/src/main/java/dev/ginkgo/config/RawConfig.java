package dev.ginkgo.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Content of all sources of a configuration at one moment, before conversion and validation.
 *
 * @param root the merged files; later files override earlier ones
 * @param environment the environment variables that start with {@code GINKGO_}
 * @param overrides keys and values of {@code --set}
 * @param credentials the directory with one file per secret, if there is one
 * @param directory directory against which relative paths are resolved, except paths in files
 * @param problems what could not be read or parsed; if there are any, {@code root} is incomplete
 */
public record RawConfig(
        ConfigEntry.Table root,
        Map<String, String> environment,
        Map<String, String> overrides,
        Optional<Path> credentials,
        Path directory,
        List<ConfigProblem> problems) {

    public RawConfig {
        environment = Map.copyOf(environment);
        overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
        problems = List.copyOf(problems);
    }

    /** Returns the keys without their values, which may be secrets. */
    @Override
    public String toString() {
        return root + ", " + environment.keySet() + ", --set " + overrides.keySet();
    }
}
