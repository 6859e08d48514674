package dev.ginkgo.run.scaffold;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.GinkgoVersion;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Writes the files of a new project into the working folder. Overwrites nothing. */
final class Scaffold {
    private final CommandContext commandContext;

    Scaffold(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    /**
     * Creates a Maven project in a folder of its name, which may exist if it is empty.
     *
     * @throws CommandException if the name is invalid, or the folder cannot be used
     */
    ProjectName createProject(String text) {
        Set<String> imported = new TreeSet<>(Template.read("Service.java").importedTypes());
        imported.addAll(Template.read("ServiceTest.java").importedTypes());
        ProjectName name = ProjectName.parse(text, imported);
        Path folder = commandContext.directory().resolve(name.kebab());
        if (Files.exists(folder) && !isEmptyFolder(folder)) {
            throw new CommandException(
                    ExitCode.CANNOT_CREATE,
                    commandContext.displayPath(folder)
                            + " already exists, and is not an empty folder; nothing was written. Choose another name,"
                            + " or move it away.");
        }
        String main = "src/main/java/" + name.packageName() + "/";
        String test = "src/test/java/" + name.packageName() + "/";
        Map<String, String> files = new LinkedHashMap<>(); // the template of each file
        files.put("pom.xml", "pom.xml");
        files.put(name.kebab() + ".toml", "configuration.toml");
        files.put(main + name.type() + ".java", "Service.java");
        files.put(test + name.type() + "Test.java", "ServiceTest.java");
        files.put("src/test/resources/logback-test.xml", "logback-test.xml");
        files.put("Dockerfile", "Dockerfile");
        files.put("README.md", "README.md");
        files.put(".gitignore", "gitignore");
        files.forEach((file, template) -> write(folder.resolve(file), template, name));
        return name;
    }

    /**
     * Creates a service of one file in the working folder.
     *
     * @throws CommandException if the name is invalid, or the file exists
     */
    ProjectName createSingle(String text) {
        ProjectName name = ProjectName.parse(text, Template.read("Single.java").importedTypes());
        write(commandContext.directory().resolve(name.type() + ".java"), "Single.java", name);
        return name;
    }

    private void write(Path file, String template, ProjectName name) {
        Properties values = Template.versions();
        GinkgoVersion.number().ifPresent(version -> values.setProperty("ginkgo", version));
        values.setProperty("NAME", name.kebab());
        values.setProperty("CLASS", name.type());
        values.setProperty("PACKAGE", name.packageName());
        try {
            Path folder = file.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(file, Template.read(template).fill(values), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw new CommandException(
                    ExitCode.CANNOT_CREATE,
                    commandContext.displayPath(file)
                            + " already exists; it was not changed. Choose another name, or move it away.");
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.CANNOT_CREATE,
                    "cannot write " + commandContext.displayPath(file) + ": " + e.getMessage()
                            + "; check the owner and mode of the folder, and the space on its disk.");
        }
    }

    private static boolean isEmptyFolder(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            return false; // a file, or not readable
        }
    }
}
