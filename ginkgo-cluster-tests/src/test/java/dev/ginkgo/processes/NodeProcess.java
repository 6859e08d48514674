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
    private final List<String> commandPrefix;
    private final String clusterSettings;
    private final String hubSettings;
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
        this.commandPrefix = before;
        this.hubSettings = hub;
        this.clusterSettings = more;
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
                        clusterSettings,
                        hubSettings.isEmpty() ? "" : "[hub]\n" + hubSettings);
        List<String> command = new ArrayList<>(commandPrefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dtest.log=INFO",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName(),
                toml));
        if (!hubSettings.isEmpty()) {
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
    List<String> lines() throws IOException {
        return outputs.getLast().lines();
    }

    /** The same without the log. */
    List<ScenarioEvent> reports() throws IOException {
        return outputs.getLast().reports();
    }

    /** In all its lives. */
    List<ScenarioEvent> allReports() throws IOException {
        List<ScenarioEvent> all = new ArrayList<>();
        for (FileTail output : outputs) {
            all.addAll(output.reports());
        }
        return all;
    }

    /** Gives it a line. */
    void send(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    List<ProcessLeaderAction> leaderActions() throws IOException {
        List<ProcessLeaderAction> acts = new ArrayList<>();
        for (ScenarioEvent scenarioEvent : allReports()) {
            if (scenarioEvent.type().equals("act")) {
                acts.add(new ProcessLeaderAction(
                        scenarioEvent.nanos(), Long.parseLong(scenarioEvent.text()), identity.toString()));
            }
        }
        return acts;
    }

    /** The last roster, and when it was told. */
    Optional<String> lastRoster() throws IOException {
        return lines().reversed().stream()
                .filter(line -> line.contains(" roster "))
                .findFirst();
    }

    boolean hasRoster(List<NodeProcess> members) throws IOException {
        String last = lastRoster().orElse("");
        return last.chars().filter(c -> c == ',').count() == members.size() - 1
                && members.stream().allMatch(each -> last.contains(each.identity.toString()));
    }

    boolean isReady() throws IOException {
        return lines().reversed().stream()
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
    boolean awaitExit() throws InterruptedException {
        return process.waitFor(ProcessCluster.TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
    }
}
