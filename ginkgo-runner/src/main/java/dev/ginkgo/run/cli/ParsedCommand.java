package dev.ginkgo.run.cli;

import dev.ginkgo.run.daemon.DaemonRegistration;
import dev.ginkgo.run.daemon.LaunchRecord;
import dev.ginkgo.run.dev.DevCommand;
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
 * Parsed command line of a command with a target, such as {@code run}.
 *
 * @param before the options before the target
 * @param after the options after the target, if it is a service; a main method receives the arguments unparsed
 * @param targetArguments the arguments after the target
 * @param arguments all arguments after the verb
 * @param usageError the usage error in {@code targetArguments}, which applies only if the target is a service
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
     * Executes the command and returns the exit code, or {@link ExitCode#KEEP_RUNNING}.
     *
     * @param launcher pipe to the launcher script, if it waits for a {@code start}
     */
    int execute(CommandContext commandContext, Optional<LauncherPipe> launcher) {
        TargetOptions all = before.mergedWith(after);
        boolean named = verb == TargetVerb.START || (verb == TargetVerb.RUN && all.isNamed());
        if (named && !after.help) {
            usageError.ifPresent(e -> {
                throw SettingOption.withHint(e, targetArguments, () -> new TargetAction(commandContext, all, target));
            });
            return register(commandContext, launcher, all);
        }
        if (verb == TargetVerb.DEV && !after.help) {
            return develop(commandContext, all);
        }
        TargetAction targetAction = new TargetAction(commandContext, all, target);
        if (targetAction.program() instanceof Program.MainProgram main) {
            return switch (verb) {
                case DEV, RUN -> targetAction.runMain(main, targetArguments);
                case START, CHECK -> targetAction.checkMain(main); // start gets here only with -h
                case PREFLIGHT -> throw mainMethodWithName();
                case SYSTEMD ->
                    throw new CommandException(
                            ExitCode.CONFIGURATION,
                            target + " has a main method, for which no unit can be generated;"
                                    + " use --service to select a service");
            };
        }
        if (usageError.isPresent()) {
            throw SettingOption.withHint(usageError.get(), targetArguments, () -> targetAction);
        }
        if (after.help) {
            return targetAction.printSettings();
        }
        return switch (verb) {
            case DEV, RUN, START -> targetAction.run(); // dev and start without -h were handled above
            case CHECK -> targetAction.check();
            case PREFLIGHT -> targetAction.preflight();
            case SYSTEMD -> targetAction.printSystemdUnit();
        };
    }

    private int develop(CommandContext commandContext, TargetOptions all) {
        usageError.ifPresent(e -> {
            throw SettingOption.withHint(e, targetArguments, () -> new TargetAction(commandContext, all, target));
        });
        if (all.isNamed()) {
            throw new CommandException(
                    ExitCode.USAGE, "dev runs no daemon: --name and --pid are options of start and run.");
        }
        return new DevCommand(commandContext, all, target).run();
    }

    /** Claims the name first, because everything else is useless if it is taken, and runs the target under it. */
    private int register(CommandContext commandContext, Optional<LauncherPipe> launcher, TargetOptions all) {
        if (verb == TargetVerb.START && launcher.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "start needs the launcher script ginkgo, which creates the daemon process; use run.");
        }
        DaemonRegistration daemonRegistration =
                DaemonRegistration.claim(commandContext, target, all.name(), all.pidFile(commandContext.directory()));
        try {
            if (verb == TargetVerb.START) {
                LaunchRecord.write(daemonRegistration.file(), commandContext.directory(), arguments);
            } else {
                LaunchRecord.remove(daemonRegistration.file()); // only "start" records a launch for "restart"
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
                target + " has a main method, which cannot be inspected or reloaded under a name;"
                        + " use --service to select a service in it.");
    }
}
