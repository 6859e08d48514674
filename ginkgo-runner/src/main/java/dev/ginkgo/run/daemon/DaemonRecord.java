package dev.ginkgo.run.daemon;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon writes about itself into its pidfile, for those who look for it.
 *
 * @param name its name
 * @param process the process
 * @param target what was started, as it was named
 * @param targetId the absolute path of the target, or the name of a class; tells two of one name apart
 * @param directory where it was started
 * @param log its log; empty if that is standard error
 * @param socket its control socket
 * @param started when, as ISO 8601
 * @param version of ginkgo
 * @param end how it ended; empty while it runs
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
     * How a daemon ended by itself.
     *
     * @param at when, as ISO 8601
     * @param code the exit code; -1 if it is not known
     * @param reason why, and what it left behind; empty if all went well
     */
    public record Exit(String at, int code, String reason) {}

    /** Whether the process is there. */
    public boolean isAlive() {
        return end.isEmpty() && process.isAlive();
    }

    /** The same with its log. */
    public DaemonRecord withLog(String file) {
        return new DaemonRecord(name, process, target, targetId, directory, file, socket, started, version, end);
    }

    /** The same after its end. */
    public DaemonRecord withEnd(Exit how) {
        return new DaemonRecord(
                name, process, target, targetId, directory, log, socket, started, version, Optional.of(how));
    }

    /** As the members of an object. */
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
        end.ifPresent(how -> {
            members.put("ended", how.at);
            members.put("exitCode", how.code);
            members.put("words", how.reason);
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
