package dev.ginkgo.run.systemd;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.SettingSource;
import dev.ginkgo.config.ValidationResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Unit file for a service. systemd starts, reloads and watches the service by its notifications, and runs it as a
 * dedicated user with the fewest privileges that a JVM can work with. The unit is meant to be reviewed and edited, so
 * comments explain the less obvious lines.
 *
 * @param name name of the unit, {@code number-server}
 * @param title description for operators
 * @param command the command line, arguments not yet quoted
 * @param process settings of the process
 * @param lowPort whether the service binds a port below 1024
 * @param secrets keys of the secrets that the service loads as credentials, because every user can read a unit file
 */
public record SystemdUnit(
        String name, String title, List<String> command, ProcessConfig process, boolean lowPort, List<String> secrets) {
    private static final Duration START_GRACE = Duration.ofSeconds(20);
    private static final Duration STOP_GRACE = Duration.ofSeconds(5);
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    /**
     * Settings of the process that the unit repeats.
     *
     * @param user the user; empty for a dynamic user
     * @param group the group; empty for the user's primary group
     * @param umask the umask in octal, if configured
     */
    public record ProcessConfig(
            String user, String group, Optional<String> umask, Duration startTimeout, Duration stopTimeout) {}

    public static SystemdUnit of(
            String type, Path target, List<String> command, ValidationResult validationResult, ProcessConfig process) {
        return new SystemdUnit(
                kebab(type),
                type + " (" + target.getFileName() + ")",
                command,
                process,
                validationResult.settings().stream().anyMatch(SystemdUnit::isLowPort),
                List.copyOf(givenSecrets(validationResult)));
    }

    /** Returns the keys of the secrets whose values are on the command line or in the environment, in order. */
    public static Set<String> givenSecrets(ValidationResult validationResult) {
        return validationResult.settings().stream()
                .filter(setting -> setting.secret()
                        && (setting.source() instanceof SettingSource.CommandLine
                                || setting.source() instanceof SettingSource.Environment))
                .map(SettingInfo::fullKey)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    public String render() {
        List<String> lines = new ArrayList<>(List.of(
                "# /etc/systemd/system/" + name + ".service",
                "# To install: systemctl daemon-reload; systemctl enable --now " + name,
                "[Unit]",
                "Description=" + escaped(title),
                "Wants=network-online.target",
                "After=network-online.target",
                "",
                "[Service]",
                "# The service reports when it is ready and when a reload is complete. For systemd before 253 use",
                "# Type=notify and ExecReload=/bin/kill -HUP $MAINPID.",
                "Type=notify-reload",
                "ExecStart=" + command.stream().map(SystemdUnit::quoted).collect(Collectors.joining(" "))));
        lines.addAll(loadCredentials());
        lines.addAll(List.of(
                "TimeoutStartSec=" + process.startTimeout().plus(START_GRACE).toSeconds(),
                "TimeoutStopSec=" + process.stopTimeout().plus(STOP_GRACE).toSeconds(),
                "WatchdogSec=30",
                "Restart=on-failure",
                "RestartSec=1",
                "# Errors that a restart cannot fix: command line, compilation, permission, configuration.",
                "RestartPreventExitStatus=64 65 77 78",
                "SuccessExitStatus=143",
                "LimitNOFILE=65536",
                ""));
        lines.addAll(
                process.user().isEmpty()
                        ? List.of("DynamicUser=yes")
                        : List.of(
                                "# From ginkgo.user: systemd switches the user, so the process does not have to.",
                                "User=" + process.user()));
        if (!process.group().isEmpty()) {
            lines.add("Group=" + process.group());
        }
        lines.addAll(List.of(
                "# Writable folders: /var/lib/" + name + ", /var/log/" + name + " and /run/" + name + ".",
                "StateDirectory=" + name,
                "LogsDirectory=" + name,
                "RuntimeDirectory=" + name,
                "UMask=" + process.umask().orElse("0027"),
                "",
                lowPort ? "# The service binds a port below 1024." : "# The service binds no port below 1024.",
                "CapabilityBoundingSet=" + (lowPort ? "CAP_NET_BIND_SERVICE" : ""),
                "AmbientCapabilities=" + (lowPort ? "CAP_NET_BIND_SERVICE" : ""),
                "NoNewPrivileges=yes",
                "ProtectSystem=strict"));
        lines.addAll(protectHome());
        lines.addAll(List.of(
                "PrivateTmp=yes",
                "PrivateDevices=yes",
                "ProtectClock=yes",
                "ProtectControlGroups=yes",
                "ProtectHostname=yes",
                "ProtectKernelLogs=yes",
                "ProtectKernelModules=yes",
                "ProtectKernelTunables=yes",
                "ProtectProc=invisible",
                "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
                "RestrictNamespaces=yes",
                "RestrictRealtime=yes",
                "RestrictSUIDSGID=yes",
                "LockPersonality=yes",
                "KeyringMode=private",
                "SystemCallArchitectures=native",
                "SystemCallFilter=@system-service",
                "SystemCallErrorNumber=EPERM",
                "# No MemoryDenyWriteExecute: the JVM compiles at run time.",
                "",
                "[Install]",
                "WantedBy=multi-user.target",
                ""));
        return String.join("\n", lines);
    }

    private List<String> loadCredentials() {
        List<String> lines = new ArrayList<>();
        if (!secrets.isEmpty()) {
            lines.add(
                    "# Secrets are not in this file. Write each into the file below, and make it readable for root only.");
        }
        secrets.forEach(key -> lines.add("LoadCredential=" + key + ":/etc/" + name + "/" + key));
        return lines;
    }

    private List<String> protectHome() {
        boolean atHome =
                command.stream().anyMatch(argument -> argument.startsWith("/home/") || argument.startsWith("/root/"));
        return atHome
                ? List.of(
                        "# A path above is in a home folder. Move it to /opt or /srv, and change this to yes.",
                        "ProtectHome=read-only")
                : List.of("ProtectHome=yes");
    }

    private static boolean isLowPort(SettingInfo setting) {
        if (!setting.type().equals("address")
                || setting.value().isEmpty()
                || !setting.fullKey().endsWith("bind")) {
            return false;
        }
        int port = Address.of(setting.value()).port();
        return port > 0 && port < FIRST_UNPRIVILEGED_PORT;
    }

    /** Quotes by the rules of systemd.service(5), "Command lines", and systemd.unit(5), "Specifiers". */
    private static String quoted(String argument) {
        String text = escaped(argument).replace("$", "$$");
        return text.matches("[\\p{Alnum}/._:=,@%$+-]+")
                ? text
                : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static String escaped(String text) {
        return text.replace("%", "%%");
    }

    private static String kebab(String type) {
        return type.replaceAll("(\\p{Lower})(\\p{Upper})", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
