package dev.ginkgo.processes;

import dev.ginkgo.config.Address;
import dev.ginkgo.testing.cluster.ScenarioEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A {@link NodeMain}, and what it has said. */
final class NodeProcess implements AutoCloseable {
    /** Something that it did while it held a lease. */
    record ProcessLeaderAction(long nanos, long epoch, String node) {}

    final Address identity;
    private final Path folder;
    private final List<Address> join;
    private final List<String> before;
    private final String more;
    private final String hub;
    private final List<FileTail> outputs = new ArrayList<>();
    private Process process;

    NodeProcess(Address identity, Path folder, List<Address> join) throws IOException {
        this(identity, folder, join, List.of(), "");
    }

    /**
     * @param before what the command line begins with
     * @param more lines of {@code [cluster]}
     */
    NodeProcess(Address identity, Path folder, List<Address> join, List<String> before, String more)
            throws IOException {
        this(identity, folder, join, before, more, "");
    }

    /**
     * @param hub lines of {@code [hub]}, if it is to have one
     */
    NodeProcess(Address identity, Path folder, List<Address> join, List<String> before, String more, String hub)
            throws IOException {
        this.before = before;
        this.hub = hub;
        this.more = more;
        this.identity = identity;
        this.folder = folder;
        this.join = join;
        process = launch();
    }

    private Process launch() throws IOException {
        Path output = folder.resolve(identity.host() + "-" + identity.port() + "-" + outputs.size() + ".out");
        String toml = """
                [cluster]
                identity = "%s"
                join = [%s]
                data-dir = "%s"
                coordinator.engine = "mesh"
                coordinator.mesh.replace-after = "2s"
                %s
                %s
                """.formatted(
                        identity,
                        join.stream().map(each -> "\"" + each + "\"").collect(Collectors.joining(", ")),
                        folder.resolve("data"),
                        more,
                        hub.isEmpty() ? "" : "[hub]\n" + hub);
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dtest.log=INFO",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName(),
                toml));
        if (!hub.isEmpty()) {
            command.add("hub");
        }
        Process launched = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        outputs.add(new FileTail(output));
        return launched;
    }

    /** Starts it again, with the same command line. */
    void restart() throws IOException, InterruptedException {
        process.waitFor();
        process = launch();
    }

    /** All that this process has said since its last start. */
    List<String> said() throws IOException {
        return outputs.getLast().lines();
    }

    /** The same without the log. */
    List<ScenarioEvent> spoken() throws IOException {
        return outputs.getLast().spoken();
    }

    /** In all its lives. */
    List<ScenarioEvent> everSpoken() throws IOException {
        List<ScenarioEvent> all = new ArrayList<>();
        for (FileTail output : outputs) {
            all.addAll(output.spoken());
        }
        return all;
    }

    /** Gives it a line. */
    void tell(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    List<ProcessLeaderAction> acts() throws IOException {
        List<ProcessLeaderAction> acts = new ArrayList<>();
        for (ScenarioEvent line : everSpoken()) {
            if (line.verb().equals("act")) {
                acts.add(new ProcessLeaderAction(line.nanos(), Long.parseLong(line.rest()), identity.toString()));
            }
        }
        return acts;
    }

    /** The last roster, and when it was told. */
    Optional<String> roster() throws IOException {
        return said().reversed().stream()
                .filter(line -> line.contains(" roster "))
                .findFirst();
    }

    boolean knows(List<NodeProcess> members) throws IOException {
        String last = roster().orElse("");
        return last.chars().filter(c -> c == ',').count() == members.size() - 1
                && members.stream().allMatch(each -> last.contains(each.identity.toString()));
    }

    boolean isReady() throws IOException {
        return said().reversed().stream()
                .filter(line -> line.contains(" status "))
                .findFirst()
                .filter(line -> line.endsWith("true"))
                .isPresent();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Has it stop in order. */
    void stop() throws IOException {
        process.getOutputStream().close();
    }

    /** Waits until it is no more; false if that takes too long. */
    boolean awaitEnd() throws InterruptedException {
        return process.waitFor(ProcessCluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
    }
}
