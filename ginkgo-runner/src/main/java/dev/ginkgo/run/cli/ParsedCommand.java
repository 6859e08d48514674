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
 * @param rest the words after the target
 * @param words all that was said after the verb
 * @param misused why the rest is wrong, if the target is a service
 */
record ParsedCommand(
        TargetVerb verb,
        CommandLineOptions before,
        String target,
        CommandLineOptions after,
        List<String> rest,
        List<String> words,
        Optional<RuntimeException> misused) {

    /**
     * Does it, and gives the exit code or {@link ExitCode#RUNS_ON}.
     *
     * @param launcher who waits for a {@code start}
     */
    int carryOut(CommandContext terminal, Optional<LauncherPipe> launcher) {
        TargetOptions all = before.and(after);
        boolean named = verb == TargetVerb.START || (verb == TargetVerb.RUN && all.isNamed());
        if (named && !after.help) {
            misused.ifPresent(e -> {
                throw e;
            });
            return register(terminal, launcher, all);
        }
        TargetAction errand = new TargetAction(terminal, all, target);
        if (errand.program() instanceof Program.MainProgram main) {
            return switch (verb) {
                case RUN -> errand.runMain(main, rest);
                case START, CHECK -> errand.checkMain(main); // start has come to here for -h only
                case REHEARSE -> throw mainUnderName();
                case SYSTEMD ->
                    throw new CommandException(
                            ExitCode.CONFIGURATION,
                            target
                                    + " has a main method, which nobody can tell systemd about; --service names a service");
            };
        }
        if (misused.isPresent()) {
            throw misused.get();
        }
        if (after.help) {
            return errand.help();
        }
        return switch (verb) {
            case RUN, START -> errand.run(); // start has gone its own way above
            case CHECK -> errand.check();
            case REHEARSE -> errand.rehearse();
            case SYSTEMD -> errand.unit();
        };
    }

    /** Runs it under a name, which is taken first: the rest would be for nothing. */
    private int register(CommandContext terminal, Optional<LauncherPipe> launcher, TargetOptions all) {
        if (verb == TargetVerb.START && launcher.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "start is for the script ginkgo, which makes a daemon of Java; here is only run.");
        }
        DaemonRegistration registration = DaemonRegistration.claim(terminal, target, all.name(), all.pidFile(terminal.directory()));
        try {
            if (verb == TargetVerb.START) {
                LaunchRecord.write(registration.file(), terminal.directory(), words);
            } else {
                LaunchRecord.remove(registration.file()); // whoever runs it starts it again, and not as a daemon
            }
            TargetAction errand = new TargetAction(terminal, all, target);
            if (errand.program() instanceof Program.MainProgram) {
                throw mainUnderName();
            }
            return errand.run(registration, verb == TargetVerb.START ? launcher : Optional.empty());
        } catch (CommandException e) {
            registration.end(e.code().number(), e.text());
            throw e;
        } catch (RuntimeException | Error e) {
            registration.end(ExitCode.SOFTWARE.number(), e.toString());
            throw e;
        }
    }

    private CommandException mainUnderName() {
        return new CommandException(
                ExitCode.CONFIGURATION,
                target + " has a main method, which starts what it wants by itself, so that there is nothing to"
                        + " ask or to reload under a name; --service chooses a service in it.");
    }
}
