package dev.ginkgo.config;

import java.util.Optional;

/**
 * One key of a tree, for people; a record setting has one for each component. Values are printed as they would be
 * read, without quotes; those of secrets are masked.
 *
 * @param fullKey the key from the root, {@code hub.http.bind}
 * @param type the type, {@code duration}
 * @param bounds {@code 1..60000}, or empty
 * @param defaultValue the default; empty if there is none
 * @param value the value; the default if that which was given is bad; empty if there is neither
 * @param source where the value comes from
 * @param help what it is for
 * @param restartRequired whether a new value waits for a restart
 * @param secret whether it is never shown
 * @param required whether it must be given
 * @param environmentName the environment variable, {@code GINKGO_HUB_HTTP_BIND}
 * @param path the service that declared it, {@code gateway/hub/http}
 * @param tomlValue the value as written in a TOML file; empty if there is no value, if it cannot be written in a file
 *     (an empty path), or if it is secret
 */
public record SettingInfo(
        String fullKey,
        String type,
        String bounds,
        String defaultValue,
        String value,
        SettingSource source,
        String help,
        boolean restartRequired,
        boolean secret,
        boolean required,
        String environmentName,
        String path,
        Optional<String> tomlValue) {}
