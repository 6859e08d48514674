package dev.ginkgo.internal.config;

import dev.ginkgo.config.Secret;
import java.util.Optional;

/**
 * One key of a tree: a setting, or one component of a record setting.
 *
 * @param setting the setting
 * @param field which of its keys
 * @param fullKey the key from the root
 */
record SettingKey(SettingDefinition<?> setting, ConfigMapping.Field field, String fullKey) {
    /** What is added to the key of a secret to name a file that holds it. */
    static final String FILE_SUFFIX = "-file";

    static SettingKey of(SettingDefinition<?> setting, ConfigMapping.Field field) {
        return new SettingKey(setting, field, KeySyntax.join(setting.fullKey(), field.key()));
    }

    boolean secret() {
        return setting.isSecret(field);
    }

    /** For people. Of a secret, it is told whether it is empty, and no more. */
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
