package dev.ginkgo.config;

import java.nio.file.Path;

/** Source of a value. {@code toString} returns the short form that help prints. */
public sealed interface SettingSource {

    /** Returns the exact position: {@code gateway.toml:12:8}, {@code env GINKGO_RATE}, {@code --set rate}. */
    String location();

    /**
     * Returns the source of values that are defaults. Call its {@code equals}, not that of the other source: the first
     * call of a record's {@code equals} generates code, which takes milliseconds.
     */
    static SettingSource ofDefault() {
        return DefaultValue.DEFAULT;
    }

    /** Default of the program. */
    enum DefaultValue implements SettingSource {
        /** The only instance. */
        DEFAULT;

        @Override
        public String location() {
            return "default";
        }

        @Override
        public String toString() {
            return "default";
        }
    }

    /**
     * Position in a TOML file, or in a named TOML text.
     *
     * @param name name of the file as it was given
     * @param line line, from 1
     * @param column column, from 1
     */
    record File(String name, int line, int column) implements SettingSource {
        @Override
        public String location() {
            return name + ":" + line + ":" + column;
        }

        /** Returns {@code file gateway.toml:12}. */
        @Override
        public String toString() {
            return "file " + name + ":" + line;
        }
    }

    /**
     * Environment variable.
     *
     * @param variable name of the variable
     */
    record Environment(String variable) implements SettingSource {
        @Override
        public String location() {
            return "env " + variable;
        }

        /** Returns {@code env GINKGO_RATE}. */
        @Override
        public String toString() {
            return "env " + variable;
        }
    }

    /**
     * Value given on the command line, for this run only.
     *
     * @param key the key as it was given
     */
    record CommandLine(String key) implements SettingSource {
        @Override
        public String location() {
            return "--set " + key;
        }

        /** Returns {@code --set}. */
        @Override
        public String toString() {
            return "--set";
        }
    }

    /**
     * File that contains one secret.
     *
     * @param path absolute path of the file
     * @param namedIn position of the setting that names the file
     */
    record SecretFile(Path path, SettingSource namedIn) implements SettingSource {
        @Override
        public String location() {
            return namedIn.location();
        }

        /** Returns {@code secret file /etc/gateway/secret}. */
        @Override
        public String toString() {
            return "secret file " + path;
        }
    }

    /**
     * File in a credentials directory, such as systemd provides for a service.
     *
     * @param directory the directory
     * @param key the key of the setting, which is the name of the file
     */
    record Credential(Path directory, String key) implements SettingSource {
        @Override
        public String location() {
            return "credential " + directory.resolve(key);
        }

        /** Returns {@code credential hub.auth.token}. */
        @Override
        public String toString() {
            return "credential " + key;
        }
    }
}
