package dev.ginkgo.run.systemd;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.ValidationResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A unit file for a service: it starts, reloads and watches it by its notifications, as a user of its own with as few
 * rights as a JVM can live with. It is a proposal to be read, so each line that surprises says why it is there.
 *
 * @param name of the service, {@code number-server}
 * @param title for people
 * @param command what is executed, words not yet quoted
 * @param process how the process is configured
 * @param lowPort whether it binds a port below 1024
 */
public record SystemdUnit(String name, String title, List<String> command, ProcessConfig process, boolean lowPort) {
    private static final Duration START_GRACE = Duration.ofSeconds(20);
    private static final Duration STOP_GRACE = Duration.ofSeconds(5);
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    /**
     * The settings of the process that the unit repeats.
     *
     * @param user empty for none
     * @param group empty for the user's own
     * @param umask in octal, where it is given
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
                validationResult.settings().stream().anyMatch(SystemdUnit::isLowPort));
    }

    public String render() {
        List<String> lines = new ArrayList<>(List.of(
                "# /etc/systemd/system/" + name + ".service",
                "# Then: systemctl daemon-reload; systemctl enable --now " + name,
                "[Unit]",
                "Description=" + escaped(title),
                "Wants=network-online.target",
                "After=network-online.target",
                "",
                "[Service]",
                "# Ready when the service is; \"systemctl reload\" waits for it. Before systemd 253 write Type=notify and",
                "# ExecReload=/bin/kill -HUP $MAINPID.",
                "Type=notify-reload",
                "ExecStart=" + command.stream().map(SystemdUnit::quoted).collect(Collectors.joining(" ")),
                "TimeoutStartSec=" + process.startTimeout().plus(START_GRACE).toSeconds(),
                "TimeoutStopSec=" + process.stopTimeout().plus(STOP_GRACE).toSeconds(),
                "WatchdogSec=30",
                "Restart=on-failure",
                "RestartSec=1",
                "# A wrong command line, a program that does not compile, a wrong configuration: again would not help.",
                "RestartPreventExitStatus=64 65 77 78",
                "SuccessExitStatus=143",
                "LimitNOFILE=65536",
                ""));
        lines.addAll(
                process.user().isEmpty()
                        ? List.of("DynamicUser=yes")
                        : List.of(
                                "# ginkgo.user: systemd does it before the process starts, and it finds it done.",
                                "User=" + process.user()));
        if (!process.group().isEmpty()) {
            lines.add("Group=" + process.group());
        }
        lines.addAll(List.of(
                "# The folders that it may write to: /var/lib, /var/log and /run, each with /" + name + ".",
                "StateDirectory=" + name,
                "LogsDirectory=" + name,
                "RuntimeDirectory=" + name,
                "UMask=" + process.umask().orElse("0027"),
                "",
                lowPort ? "# It binds a port below 1024." : "# It binds no port below 1024.",
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
                "# Not MemoryDenyWriteExecute: the JVM compiles while it runs.",
                "",
                "[Install]",
                "WantedBy=multi-user.target",
                ""));
        return String.join("\n", lines);
    }

    private List<String> protectHome() {
        boolean atHome = command.stream().anyMatch(word -> word.startsWith("/home/") || word.startsWith("/root/"));
        return atHome
                ? List.of(
                        "# Something above lies in a home, which is better moved to /opt or /srv: then write yes.",
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

    /** By the rules of systemd.service(5), "Command lines", and systemd.unit(5), "Specifiers". */
    private static String quoted(String word) {
        String text = escaped(word).replace("$", "$$");
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
