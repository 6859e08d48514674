package dev.ginkgo.run.scaffold;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ExitCode;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ginkgo new}: creates a project. */
@Command(
        description = {
            "Creates a project with a service.",
            "It is a folder with a Maven project: service, configuration, test, Dockerfile and README; with --single, one"
                    + " source file. Nothing is overwritten."
        })
public final class NewCommand implements Callable<Integer> {
    private final CommandContext commandContext;

    @Parameters(
            index = "0",
            paramLabel = "PROJECT",
            description = "Its name, such as number-gateway. The service is the class NumberGateway.")
    private String project = "";

    @Option(names = "--single", description = "Creates one source file in this folder.")
    private boolean single;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Prints this help.")
    @SuppressWarnings("UnusedVariable") // read by picocli
    private boolean help;

    public NewCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public Integer call() {
        Scaffold scaffold = new Scaffold(commandContext);
        String ginkgo = ginkgo(commandContext.environment(), System.getProperty("ginkgo.launcher", "ginkgo"));
        if (single) {
            ProjectName name = scaffold.createSingle(project);
            print(List.of(
                    "created " + name.type() + ".java",
                    "",
                    "  " + ginkgo + " dev " + name.type() + ".java   runs it; a saved change takes effect at once"));
        } else {
            ProjectName name = scaffold.createProject(project);
            print(List.of(
                    "created " + name.kebab() + ", a Maven project with the service " + name.packageName() + "."
                            + name.type(),
                    "",
                    "  cd " + name.kebab(),
                    "  " + ginkgo + " dev " + name.kebab() + ".toml   runs it; a saved change takes effect at once",
                    "  mvn verify   builds and tests it; README.md says what it needs"));
        }
        return ExitCode.OK.number();
    }

    /** Returns how to call this command from another folder: by its name if that is on the path, or by its file. */
    static String ginkgo(Map<String, String> environment, String launcher) {
        boolean onPath = Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "ginkgo")));
        return onPath ? "ginkgo" : launcher;
    }

    private void print(List<String> lines) {
        lines.forEach(commandContext.out()::println);
        commandContext.out().flush();
    }
}
