package dev.ginkgo.run.program;

import dev.ginkgo.config.ConfigEntry;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.config.SettingsSource;
import dev.ginkgo.config.SettingsSourceProvider;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Location of settings outside this machine: {@code source} in the table {@code [ginkgo]}. It is read from the raw
 * configuration, because the settings are bound to what the source contains. Its scheme is the name of the engine that
 * opens it.
 */
public final class SettingsLocation {
    /** Full key of the setting. */
    public static final String KEY = "ginkgo.source";

    private static final String VARIABLE = Configuration.PREFIX + "GINKGO_SOURCE";

    private final URI location;

    private SettingsLocation(URI location) {
        this.location = location;
    }

    /** Returns the configured location, if there is one. */
    public static Optional<SettingsLocation> of(RawConfig rawConfig) {
        return Optional.ofNullable(rawConfig.overrides().get(KEY))
                .or(() -> Optional.ofNullable(rawConfig.environment().get(VARIABLE)))
                .or(() -> inFiles(rawConfig))
                .filter(text -> !text.isEmpty())
                .map(SettingsLocation::parse);
    }

    private static Optional<String> inFiles(RawConfig rawConfig) {
        return rawConfig.root().entries().get("ginkgo") instanceof ConfigEntry.Table ginkgo
                        && ginkgo.entries().get("source") instanceof ConfigEntry.Value value
                        && value.value() instanceof String text
                ? Optional.of(text)
                : Optional.empty();
    }

    private static SettingsLocation parse(String text) {
        try {
            URI location = URI.create(text);
            if (location.getScheme() != null) {
                return new SettingsLocation(location);
            }
        } catch (IllegalArgumentException _) {
            // reported below
        }
        throw new CommandException(
                ExitCode.CONFIGURATION,
                KEY + " is \"" + text + "\", which is not a location; write etcd://10.0.1.1:2379/settings/gateway/");
    }

    /** Returns the name of the engine that opens this location. */
    String engine() {
        return location.getScheme();
    }

    /**
     * Opens the source; connects to nothing yet.
     *
     * @param engineLoader loader of the engines that the configuration selects
     * @throws CommandException if the engine is not installed, or the location cannot be used
     */
    public SettingsSource open(ClassLoader engineLoader, EngineJars engineJars, Path directory) {
        for (SettingsSourceProvider provider : ServiceLoader.load(SettingsSourceProvider.class, engineLoader)) {
            if (provider.scheme().equals(engine())) {
                try {
                    return provider.open(location, directory);
                } catch (IllegalArgumentException e) {
                    throw new CommandException(ExitCode.CONFIGURATION, KEY + ": " + e.getMessage());
                }
            }
        }
        throw new CommandException(
                ExitCode.CONFIGURATION,
                KEY + " is " + location + ": "
                        + engineJars
                                .notInstalled(engine())
                                .orElse("there is no engine \"" + engine() + "\"; the only one is \"etcd\""));
    }
}
