package dev.ginkgo.internal.config;

import dev.ginkgo.config.Secret;
import java.util.Optional;

/**
 * Key of a tree: a setting, or one component of a record setting.
 *
 * @param setting the setting
 * @param field the component of the setting
 * @param fullKey the key from the root
 */
record SettingKey(SettingDefinition<?> setting, ConfigMapping.Field field, String fullKey) {
    /** Suffix of the key that names a file with the secret. */
    static final String FILE_SUFFIX = "-file";

    static SettingKey of(SettingDefinition<?> setting, ConfigMapping.Field field) {
        return new SettingKey(setting, field, KeySyntax.join(setting.fullKey(), field.key()));
    }

    boolean secret() {
        return setting.isSecret(field);
    }

    /** Returns a value for display. A secret is masked, unless it is empty. */
    String print(Object value) {
        String text = field.type().print(value);
        return secret() && !text.isEmpty() ? Secret.MASK : text;
    }

    /** Returns the value as written in a TOML file; empty if it cannot be written there, or is secret. */
    Optional<String> toToml(Object value) {
        return secret() ? Optional.empty() : field().type().toToml(value);
    }

    String environmentName() {
        return KeySyntax.environmentName(fullKey);
    }

    String fileVariable() {
        return KeySyntax.environmentName(fullKey + FILE_SUFFIX);
    }
}
