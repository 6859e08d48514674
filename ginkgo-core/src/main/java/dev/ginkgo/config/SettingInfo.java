package dev.ginkgo.config;

import java.util.Optional;

/**
 * Description of one setting for display; a record setting has one description for each component, and a map or list of
 * records has one for each component of its entries, or one without a value if it has no entries. {@code value} and
 * {@code defaultValue} are printed without quotes; {@code tomlValue} is valid TOML. The values of secrets are
 * masked, and left out of the TOML form.
 *
 * @param fullKey key from the root: {@code hub.http.bind}
 * @param type name of the type: {@code duration}
 * @param bounds the bounds, as {@code 1..60000}; empty if there are none
 * @param defaultValue the default; empty if there is none
 * @param value the value; the default if the given value is invalid; empty if there is neither
 * @param source source of the value
 * @param help what the setting is for
 * @param restartRequired whether a new value takes effect at the next restart only
 * @param secret whether the value is confidential
 * @param required whether a source must provide a value
 * @param environmentName name of the environment variable: {@code GINKGO_HUB_HTTP_BIND}; empty for a map or list without
 *     entries
 * @param path path of the service that declared the setting: {@code gateway/hub/http}
 * @param tomlValue the value as written in a TOML file; empty if there is no value, if it is secret, or if it cannot be
 *     written in a file: an empty path, and a relative path, which in a file is relative to the folder of the file
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
