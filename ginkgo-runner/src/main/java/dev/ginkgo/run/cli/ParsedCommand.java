package dev.ginkgo.run.cli;

import dev.ginkgo.run.daemon.DaemonRegistration;
import dev.ginkgo.run.daemon.LaunchRecord;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.program.Program;
import dev.ginkgo.run.service.LauncherPipe;
import dev.ginkgo.run.service.TargetAction;
import dev.ginkgo.run.service.TargetOptions;
import java.util.List;
import java.util.Optional;

/**
 * What a command with a target, such as {@code run}, was asked to do.
 *
 * @param before the options before the target
 * @param after those after it, if it is a service: a main method gets the words as they are
 * @param targetArguments the words after the target
 * @param arguments all that was said after the verb
 * @param usageError why the rest is wrong, if the target is a service
 */
record ParsedCommand(
        TargetVerb verb,
        CommandLineOptions before,
        String target,
        CommandLineOptions after,
        List<String> targetArguments,
        List<String> arguments,
        Optional<RuntimeException> usageError) {

    /**
     * Does it, and gives the exit code or {@link ExitCode#KEEP_RUNNING}.
     *
     * @param launcher who waits for a {@code start}
     */
    int execute(CommandContext commandContext, Optional<LauncherPipe> launcher) {
        TargetOptions all = before.mergedWith(after);
        boolean named = verb == TargetVerb.START || (verb == TargetVerb.RUN && all.isNamed());
        if (named && !after.help) {
            usageError.ifPresent(e -> {
                throw e;
            });
            return register(commandContext, launcher, all);
        }
        TargetAction targetAction = new TargetAction(commandContext, all, target);
        if (targetAction.program() instanceof Program.MainProgram main) {
            return switch (verb) {
                case RUN -> targetAction.runMain(main, targetArguments);
                case START, CHECK -> targetAction.checkMain(main); // start has come to here for -h only
                case REHEARSE -> throw mainMethodWithName();
                case SYSTEMD ->
                    throw new CommandException(
                            ExitCode.CONFIGURATION,
                            target
                                    + " has a main method, which nobody can tell systemd about; --service names a service");
            };
        }
        if (usageError.isPresent()) {
            throw usageError.get();
        }
        if (after.help) {
            return targetAction.printSettings();
        }
        return switch (verb) {
            case RUN, START -> targetAction.run(); // start has gone its own way above
            case CHECK -> targetAction.check();
            case REHEARSE -> targetAction.preflight();
            case SYSTEMD -> targetAction.printSystemdUnit();
        };
    }

    /** Runs it under a name, which is taken first: the rest would be for nothing. */
    private int register(CommandContext commandContext, Optional<LauncherPipe> launcher, TargetOptions all) {
        if (verb == TargetVerb.START && launcher.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "start is for the script ginkgo, which makes a daemon of Java; here is only run.");
        }
        DaemonRegistration daemonRegistration =
                DaemonRegistration.claim(commandContext, target, all.name(), all.pidFile(commandContext.directory()));
        try {
            if (verb == TargetVerb.START) {
                LaunchRecord.write(daemonRegistration.file(), commandContext.directory(), arguments);
            } else {
                LaunchRecord.remove(daemonRegistration.file()); // whoever runs it starts it again, and not as a daemon
            }
            TargetAction targetAction = new TargetAction(commandContext, all, target);
            if (targetAction.program() instanceof Program.MainProgram) {
                throw mainMethodWithName();
            }
            return targetAction.run(daemonRegistration, verb == TargetVerb.START ? launcher : Optional.empty());
        } catch (CommandException e) {
            daemonRegistration.end(e.code().number(), e.text());
            throw e;
        } catch (RuntimeException | Error e) {
            daemonRegistration.end(ExitCode.SOFTWARE.number(), e.toString());
            throw e;
        }
    }

    private CommandException mainMethodWithName() {
        return new CommandException(
                ExitCode.CONFIGURATION,
                target + " has a main method, which starts what it wants by itself, so that there is nothing to"
                        + " ask or to reload under a name; --service chooses a service in it.");
    }
}
