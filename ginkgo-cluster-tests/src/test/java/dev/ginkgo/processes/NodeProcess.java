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

/** A process that runs {@link NodeMain}, and its output. */
final class NodeProcess implements AutoCloseable {
    /** An action of the node while it held a lease. */
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
     * Starts a node without a hub.
     *
     * @param commandPrefix the first words of the command line
     * @param clusterSettings lines of {@code [cluster]}
     */
    NodeProcess(Address identity, Path folder, List<Address> join, List<String> commandPrefix, String clusterSettings)
            throws IOException {
        this(identity, folder, join, commandPrefix, clusterSettings, "");
    }

    /**
     * Starts a node.
     *
     * @param hubSettings lines of {@code [hub]}; empty for a node without a hub
     */
    NodeProcess(
            Address identity,
            Path folder,
            List<Address> join,
            List<String> commandPrefix,
            String clusterSettings,
            String hubSettings)
            throws IOException {
        this.commandPrefix = commandPrefix;
        this.hubSettings = hubSettings;
        this.clusterSettings = clusterSettings;
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
                "-XX:+UseSerialGC",
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

    /** Waits for the process to exit and starts it again with the same command line. */
    void restart() throws IOException, InterruptedException {
        process.waitFor();
        process = launch();
    }

    /** Returns the output lines since the last start. */
    List<String> lines() throws IOException {
        return outputs.getLast().lines();
    }

    /** Returns the events in the output since the last start, without log lines. */
    List<ScenarioEvent> reports() throws IOException {
        return outputs.getLast().reports();
    }

    /** Returns the events of all runs of this node. */
    List<ScenarioEvent> allReports() throws IOException {
        List<ScenarioEvent> all = new ArrayList<>();
        for (FileTail output : outputs) {
            all.addAll(output.reports());
        }
        return all;
    }

    /** Writes a line to the input of the process. */
    void send(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    List<ProcessLeaderAction> leaderActions() throws IOException {
        List<ProcessLeaderAction> actions = new ArrayList<>();
        for (ScenarioEvent scenarioEvent : allReports()) {
            if (scenarioEvent.type().equals("act")) {
                actions.add(new ProcessLeaderAction(
                        scenarioEvent.nanos(), Long.parseLong(scenarioEvent.text()), identity.toString()));
            }
        }
        return actions;
    }

    /** Returns the last line with a roster, which starts with its time. */
    Optional<String> lastRoster() throws IOException {
        return last(" roster ");
    }

    private Optional<String> last(String type) throws IOException {
        return lines().reversed().stream().filter(line -> line.contains(type)).findFirst();
    }

    boolean hasRoster(List<NodeProcess> members) throws IOException {
        return names(lastRoster(), members);
    }

    /** Returns whether exactly these nodes are the voters, as this node knows them. */
    boolean hasVoters(List<NodeProcess> voters) throws IOException {
        return names(last(" voters "), voters);
    }

    private static boolean names(Optional<String> line, List<NodeProcess> nodes) {
        String last = line.orElse("");
        return last.chars().filter(c -> c == ',').count() == nodes.size() - 1
                && nodes.stream().allMatch(each -> last.contains(each.identity.toString()));
    }

    boolean isReady() throws IOException {
        return last(" status ").filter(line -> line.endsWith("true")).isPresent();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Starts a graceful stop by closing the input of the process. */
    void stop() throws IOException {
        process.getOutputStream().close();
    }

    /** Waits for the process to exit; returns false on timeout. */
    boolean awaitExit() throws InterruptedException {
        return process.waitFor(ProcessCluster.TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
    }
}
