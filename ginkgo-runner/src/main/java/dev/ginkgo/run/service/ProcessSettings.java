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

/** The settings of the process in the table {@code [ginkgo]}. All need a restart to change. */
final class ProcessSettings {
    private static final String UMASK = "0?[0-7]{1,3}";

    private final ConfigSection configSection = new ConfigSection("ginkgo");

    ProcessSettings() {
        configSection
                .setting("user", "")
                .help("The user to switch to after all addresses are bound, if root starts the process (Linux)")
                .restartRequired();
        configSection
                .setting("group", "")
                .help("The group to switch to; empty for the user's primary group")
                .restartRequired();
        configSection
                .setting("umask", "")
                .check(
                        text -> text.isEmpty() || text.matches(UMASK),
                        "is not a umask; write it in octal, such as \"027\"")
                .help("The umask in octal, which removes permissions from new files; empty for the inherited one")
                .restartRequired();
        configSection
                .setting("workdir", Path.of(""))
                .help("The working folder of the process; empty for the inherited one")
                .restartRequired();
        configSection
                .setting("admin", "")
                .check(
                        ProcessSettings::isLoopback,
                        "is not a loopback address such as \"127.0.0.1:9090\" (port 0: any free port)")
                .help("The loopback address to serve /-/health/live, /-/health/ready and /-/tree on; empty for none")
                .restartRequired();
        configSection
                .setting("dashboard", ProcessDashboard.AUTO)
                .check(
                        ProcessDashboard::isValid,
                        "is neither auto, on, off nor a loopback address such as \"127.0.0.1:8089\"")
                .help(
                        "Where to serve the dashboard: a loopback address; on: 127.0.0.1:8089 or a free port; auto: on if a"
                                + " user other than root runs the program on a terminal; off")
                .restartRequired();
        configSection
                .setting("source", "")
                .help("Where further settings are read from and watched: etcd://10.0.1.1:2379/settings/gateway/;"
                        + " they override files")
                .restartRequired();
        configSection
                .setting("console", false)
                .help("Whether \"ginkgo console\" may run code in the process; only its user and root can use it")
                .restartRequired();
    }

    /** Returns the settings, for the builder of the tree. */
    ConfigSection table() {
        return configSection;
    }

    /**
     * Values of the process settings, and of a few settings of the tree and the log that the process needs.
     *
     * @param user the user to switch to; empty for none
     * @param group the group to switch to; empty for the user's primary group
     * @param umask the umask in octal, if configured
     */
    record ProcessConfig(
            String user,
            String group,
            Optional<String> umask,
            Optional<Path> workdir,
            Optional<Address> admin,
            String dashboard,
            Optional<Path> logFile,
            boolean console,
            Duration startTimeout,
            Duration stopTimeout) {

        /** Returns the values of a validation result without problems. */
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
                    given.apply("ginkgo.dashboard").orElse(ProcessDashboard.OFF),
                    given.apply("log.file").map(directory::resolve),
                    given.apply("ginkgo.console").map(Boolean::valueOf).orElse(false),
                    Durations.parse(given.apply("ginkgo.start-timeout").orElseThrow()),
                    Durations.parse(given.apply("ginkgo.stop-timeout").orElseThrow()));
        }

        /** Returns the settings that a systemd unit repeats. */
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
