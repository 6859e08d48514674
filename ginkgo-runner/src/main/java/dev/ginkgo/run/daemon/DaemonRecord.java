package dev.ginkgo.run.daemon;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Description of a daemon, as stored in its pidfile.
 *
 * @param name the name of the daemon
 * @param process its process
 * @param target the target as given on the command line
 * @param targetId the absolute path of the target, or the class name; distinguishes targets of the same name
 * @param directory the working folder of the start
 * @param log the log file; empty if the log is standard error
 * @param socket the control socket
 * @param started the time of the start, as ISO 8601
 * @param version the version of ginkgo
 * @param end the recorded exit; empty while the daemon is running, and if it died
 */
public record DaemonRecord(
        String name,
        ProcessIdentity process,
        String target,
        String targetId,
        String directory,
        String log,
        String socket,
        String started,
        String version,
        Optional<Exit> end) {

    /**
     * Exit that a daemon recorded.
     *
     * @param at the time, as ISO 8601
     * @param code the exit code; -1 if unknown
     * @param reason error and shutdown report; empty for a clean exit
     */
    public record Exit(String at, int code, String reason) {}

    /** Returns whether the process is running. */
    public boolean isAlive() {
        return end.isEmpty() && process.isAlive();
    }

    /** Returns a copy with the log file. */
    public DaemonRecord withLog(String file) {
        return new DaemonRecord(name, process, target, targetId, directory, file, socket, started, version, end);
    }

    /** Returns a copy with the exit. */
    public DaemonRecord withEnd(Exit exit) {
        return new DaemonRecord(
                name, process, target, targetId, directory, log, socket, started, version, Optional.of(exit));
    }

    /** Returns the members of the JSON object. */
    public Map<String, @Nullable Object> members() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("name", name);
        members.put("pid", process.pid());
        members.put("birth", process.birth());
        members.put("target", target);
        members.put("code", targetId);
        members.put("directory", directory);
        members.put("log", log);
        members.put("socket", socket);
        members.put("started", started);
        members.put("version", version);
        end.ifPresent(exit -> {
            members.put("ended", exit.at);
            members.put("exitCode", exit.code);
            members.put("words", exit.reason);
        });
        return members;
    }

    static DaemonRecord of(Map<String, @Nullable Object> members) {
        boolean ended = members.get("exitCode") instanceof Long;
        return new DaemonRecord(
                text(members, "name"),
                new ProcessIdentity(number(members, "pid"), text(members, "birth")),
                text(members, "target"),
                text(members, "code"),
                text(members, "directory"),
                text(members, "log"),
                text(members, "socket"),
                text(members, "started"),
                text(members, "version"),
                ended
                        ? Optional.of(new Exit(
                                text(members, "ended"), (int) number(members, "exitCode"), text(members, "words")))
                        : Optional.empty());
    }

    private static String text(Map<String, @Nullable Object> members, String key) {
        return members.get(key) instanceof String text ? text : "";
    }

    private static long number(Map<String, @Nullable Object> members, String key) {
        return members.get(key) instanceof Long number ? number : -1;
    }
}
