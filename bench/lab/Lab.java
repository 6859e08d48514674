package lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The laboratory: measures the hub beside other servers, in turns within one run, and prints ratios. See README.md.
 *
 * <p>{@code java bench/lab/Lab.java WORK [NAME=VALUE…]}, in the folder of the project, after {@code ./ginkgo} has been built
 * once.
 */
final class Lab {
    /** Something to measure. */
    interface Work {
        void run(Options options) throws Exception;
    }

    private static final Set<String> OPTIONS = Set.of(
            "servers", "subscribers", "stuck", "bytes", "depth", "rounds", "seconds", "warm-up", "rate", "svg", "against",
            "publishers", "channels", "out", "preset", "tolerance", "attempts", "page", "parts");

    private Lab() {}

    private static Map<String, Work> works() {
        Map<String, Work> works = new LinkedHashMap<>();
        works.put("fanout", Fanout::run);
        works.put("latency", Latency::run);
        works.put("stuck", Stuck::run);
        works.put("publish", Publish::run);
        works.put("durable", Durable::run);
        works.put("nodes", Nodes::run);
        works.put("idle", Idle::run);
        works.put("peers", Peers::run);
        works.put("curve", Curve::run);
        works.put("check", Check::run);
        works.put("all", All::run);
        return works;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, Work> works = works();
        Work work = arguments.length == 0 ? null : works.get(arguments[0]);
        if (work == null) {
            throw new IllegalArgumentException("the first argument is one of " + works.keySet());
        }
        List<String> rest = Arrays.asList(arguments).subList(1, arguments.length);
        work.run(new Options(rest, OPTIONS));
        System.exit(0); // threads of subscribers may still read
    }

    /** Returns the load average of the last minute. */
    static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }
}
