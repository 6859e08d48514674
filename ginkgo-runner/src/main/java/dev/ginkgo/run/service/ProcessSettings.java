package dev.ginkgo.run.service;

import dev.ginkgo.ConfigSection;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Durations;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.ValidationResult;
import dev.ginkgo.run.systemd.SystemdUnit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** The part of the table {@code [ginkgo]} that is the process's own, and not its tree's. All fixed at start. */
final class ProcessSettings {
    private static final String UMASK = "0?[0-7]{1,3}";

    private final ConfigSection configSection = new ConfigSection("ginkgo");

    ProcessSettings() {
        configSection
                .setting("user", "")
                .help("The user to go on as once all is bound; for a process that root starts (Linux)")
                .restartRequired();
        configSection
                .setting("group", "")
                .help("The group to go on as; the user's primary group if empty")
                .restartRequired();
        configSection
                .setting("umask", "")
                .check(text -> text.isEmpty() || text.matches(UMASK), "is no umask; write it in octal, such as \"027\"")
                .help("Which permissions new files do not get, in octal; as inherited if empty")
                .restartRequired();
        configSection
                .setting("workdir", Path.of(""))
                .help("The working folder of the process; as inherited if empty")
                .restartRequired();
        configSection
                .setting("admin", "")
                .check(
                        ProcessSettings::isLoopback,
                        "is no loopback address; write such as \"127.0.0.1:9090\", port 0 is any")
                .help("Where to serve /-/health/live, /-/health/ready and /-/tree, on loopback; nowhere if empty")
                .restartRequired();
        configSection
                .setting("console", false)
                .help("Whether \"ginkgo console\" may run code in the process, for its user and root")
                .restartRequired();
    }

    /** The settings, for the builder of the tree. */
    ConfigSection table() {
        return configSection;
    }

    /**
     * What they say.
     *
     * @param user empty for none
     * @param group empty for the user's own
     * @param umask in octal, where it is given
     */
    record ProcessConfig(
            String user,
            String group,
            Optional<String> umask,
            Optional<Path> workdir,
            Optional<Address> admin,
            Optional<Path> logFile,
            boolean console,
            Duration startTimeout,
            Duration stopTimeout) {

        /** Of a description without problems. */
        static ProcessConfig of(ValidationResult validationResult, Path directory) {
            Function<String, Optional<String>> given = key -> validationResult.settings().stream()
                    .filter(setting -> setting.fullKey().equals(key))
                    .map(SettingInfo::value)
                    .filter(value -> !value.isEmpty())
                    .findFirst();
            return new ProcessConfig(
                    given.apply("ginkgo.user").orElse(""),
                    given.apply("ginkgo.group").orElse(""),
                    given.apply("ginkgo.umask"),
                    given.apply("ginkgo.workdir").map(directory::resolve),
                    given.apply("ginkgo.admin").map(Address::of),
                    given.apply("log.file").map(directory::resolve),
                    given.apply("ginkgo.console").map(Boolean::valueOf).orElse(false),
                    Durations.parse(given.apply("ginkgo.start-timeout").orElseThrow()),
                    Durations.parse(given.apply("ginkgo.stop-timeout").orElseThrow()));
        }

        /** Returns what a unit of systemd repeats. */
        SystemdUnit.ProcessConfig forUnit() {
            return new SystemdUnit.ProcessConfig(user, group, umask, startTimeout, stopTimeout);
        }

        boolean changesUser() {
            return !user.isEmpty() || !group.isEmpty();
        }
    }

    private static boolean isLoopback(String text) {
        return text.isEmpty() || Address.of(text).isLoopback();
    }
}
