package dev.ginkgo.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that the sources of a configuration hold at one moment, not yet converted or checked.
 *
 * @param root the files, later ones laid over earlier ones
 * @param environment the environment variables that begin with {@code GINKGO_}
 * @param overrides the keys and values of {@code --set}; of two for one key the later counts
 * @param credentials the folder with a file for each secret, if there is one
 * @param folder what relative paths are relative to, except those in files
 * @param problems what could not be read or parsed; then {@code table} is not complete
 */
public record RawConfig(
        ConfigEntry.Table root,
        Map<String, String> environment,
        Map<String, String> overrides,
        Optional<Path> credentials,
        Path folder,
        List<ConfigProblem> problems) {

    public RawConfig {
        environment = Map.copyOf(environment);
        overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
        problems = List.copyOf(problems);
    }

    /** Says how much there is, not what: there may be secrets in it. */
    @Override
    public String toString() {
        return root + ", " + environment.keySet() + ", --set " + overrides.keySet();
    }
}
