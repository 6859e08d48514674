package dev.ginkgo.config;

import java.nio.file.Path;

/** Where a value came from. {@code toString} is the short form that help prints. */
public sealed interface SettingSource {

    /** The place to look at, exactly: {@code gateway.toml:12:8}, {@code env GINKGO_RATE}, {@code --set rate}. */
    String location();

    /** The program's own default. */
    static SettingSource ofDefault() {
        return DefaultValue.DEFAULT;
    }

    /** The program's own default. */
    enum DefaultValue implements SettingSource {
        /** The only one. */
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
     * A place in a TOML file, or in a text of TOML that was given a name.
     *
     * @param name the file as it was named
     * @param line from 1
     * @param column from 1
     */
    record File(String name, int line, int column) implements SettingSource {
        @Override
        public String location() {
            return name + ":" + line + ":" + column;
        }

        /** {@code file gateway.toml:12}. */
        @Override
        public String toString() {
            return "file " + name + ":" + line;
        }
    }

    /**
     * An environment variable.
     *
     * @param variable its name
     */
    record Environment(String variable) implements SettingSource {
        @Override
        public String location() {
            return "env " + variable;
        }

        /** {@code env GINKGO_RATE}. */
        @Override
        public String toString() {
            return "env " + variable;
        }
    }

    /**
     * A value given for this start only, on the command line.
     *
     * @param key the key as it was given
     */
    record CommandLine(String key) implements SettingSource {
        @Override
        public String location() {
            return "--set " + key;
        }

        /** {@code --set}. */
        @Override
        public String toString() {
            return "--set";
        }
    }

    /**
     * A file that holds one secret.
     *
     * @param path the file, absolute
     * @param namedIn where the file was named; a credentials folder names it by itself
     */
    record SecretFile(Path path, SettingSource namedIn) implements SettingSource {
        @Override
        public String location() {
            return namedIn.location();
        }

        /** {@code secret file /etc/gateway/secret}. */
        @Override
        public String toString() {
            return "secret file " + path;
        }
    }

    /**
     * A credentials folder, as systemd makes one for a service.
     *
     * @param folder the folder
     * @param key the key, which is the file's name
     */
    record Credential(Path folder, String key) implements SettingSource {
        @Override
        public String location() {
            return "credential " + folder.resolve(key);
        }

        /** {@code credential hub.auth.token}. */
        @Override
        public String toString() {
            return "credential " + key;
        }
    }
}
