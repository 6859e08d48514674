package dev.ginkgo.run.cli.completion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.ginkgo.run.cli.completion.CommandModel.Option;
import dev.ginkgo.run.cli.completion.CommandModel.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Shells for which there is a completion script. */
public enum Shell {
    BASH {
        @Override
        public String script(CommandLine root) {
            return bashScript(root, "completion.bash");
        }
    },
    ZSH {
        @Override
        public String script(CommandLine root) {
            return "autoload -U +X compinit bashcompinit && compinit -u && bashcompinit\n"
                    + bashScript(root, "completion.bash");
        }
    },
    FISH {
        @Override
        public String script(CommandLine root) {
            StringBuilder script = new StringBuilder(resource("completion.fish"));
            for (CommandModel command : CommandModel.all(root)) {
                appendFish(script, command);
            }
            return script.toString();
        }
    };

    /**
     * Returns the completion script.
     *
     * @param root the command line with all commands
     */
    public abstract String script(CommandLine root);

    /** Returns the script for bash, which zsh runs, too. */
    private static String bashScript(CommandLine root, String template) {
        List<CommandModel> all = CommandModel.all(root);
        return resource(template)
                .replace("@COMMANDS@", all.stream().map(CommandModel::name).collect(joining(" ")))
                .replace("@CASES@", all.stream().map(Shell::bashCase).collect(joining()));
    }

    private static String bashCase(CommandModel command) {
        String operands = command.operands().name().toLowerCase(Locale.ROOT);
        return "        " + command.name() + ")\n"
                + "            options='" + names(command, Value.NONE, Value.FILE, Value.TEXT) + "'\n"
                + "            texts=' " + names(command, Value.TEXT) + " '\n"
                + "            files=' " + names(command, Value.FILE) + " '\n"
                + "            words='" + String.join(" ", command.words()) + "'\n"
                + "            operands=" + operands + "\n"
                + "            ;;\n";
    }

    private static String names(CommandModel command, Value... values) {
        return command.options().stream()
                .filter(option -> List.of(values).contains(option.value()))
                .flatMap(option -> option.names().stream())
                .distinct()
                .collect(joining(" "));
    }

    private static void appendFish(StringBuilder script, CommandModel command) {
        line(script, "-n __fish_use_subcommand -a " + command.name(), command.description());
        String condition = "-n '__fish_seen_subcommand_from " + command.name() + "'";
        for (Option option : command.options()) {
            String names = option.names().stream()
                    .map(name -> name.startsWith("--")
                            ? " -l " + name.substring(2)
                            : name.length() == 2 ? " -s " + name.substring(1) : " -o " + name.substring(1))
                    .collect(joining());
            String value = switch (option.value()) {
                case NONE -> "";
                case FILE -> " -r -F";
                case TEXT -> " -x";
            };
            line(script, condition + names + value, option.description());
        }
        Stream.concat(
                        command.words().stream(),
                        Stream.of(
                                switch (command.operands()) {
                                    case RUNNING_DAEMONS -> "(__ginkgo_daemons running)";
                                    case DAEMONS -> "(__ginkgo_daemons all)";
                                    case TARGETS -> "(__ginkgo_targets)";
                                    case NONE -> "";
                                }))
                .filter(each -> !each.isEmpty())
                .forEach(each -> line(script, condition + " -a '" + each + "'", ""));
    }

    private static void line(StringBuilder script, String options, String description) {
        // -f suppresses files, except as values of an option with -F
        script.append("complete -c ginkgo ")
                .append(options.endsWith("-F") ? "" : "-f ")
                .append(options);
        if (!description.isEmpty()) {
            script.append(" -d '")
                    .append(description.replace("\\", "\\\\").replace("'", "\\'"))
                    .append('\'');
        }
        script.append('\n');
    }

    private static String resource(String name) {
        try (InputStream in = Shell.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + name, e);
        }
    }
}
