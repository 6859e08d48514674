package dev.ginkgo.run;

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
record Assignment(
        Verb verb,
        Options before,
        String target,
        Options after,
        List<String> rest,
        List<String> words,
        Optional<RuntimeException> misused) {

    /**
     * Does it, and gives the exit code or {@link ExitCode#RUNS_ON}.
     *
     * @param launcher who waits for a {@code start}
     */
    int carryOut(Terminal terminal, Optional<Launcher> launcher) {
        TargetOptions all = before.and(after);
        boolean named = verb == Verb.START || (verb == Verb.RUN && all.isNamed());
        if (named && !after.help) {
            misused.ifPresent(e -> {
                throw e;
            });
            return register(terminal, launcher, all);
        }
        Errand errand = new Errand(terminal, all, target);
        if (errand.program() instanceof Program.OfMain main) {
            return switch (verb) {
                case RUN -> errand.runMain(main, rest);
                case START, CHECK -> errand.checkMain(main); // start has come to here for -h only
                case REHEARSE -> throw mainUnderName();
                case SYSTEMD ->
                    throw new Refusal(
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
    private int register(Terminal terminal, Optional<Launcher> launcher, TargetOptions all) {
        if (verb == Verb.START && launcher.isEmpty()) {
            throw new Refusal(
                    ExitCode.USAGE, "start is for the script ginkgo, which makes a daemon of Java; here is only run.");
        }
        Registration registration = Registration.claim(terminal, target, all.name(), all.pidFile(terminal.directory()));
        try {
            if (verb == Verb.START) {
                Beginnings.write(registration.file(), terminal.directory(), words);
            } else {
                Beginnings.remove(registration.file()); // whoever runs it starts it again, and not as a daemon
            }
            Errand errand = new Errand(terminal, all, target);
            if (errand.program() instanceof Program.OfMain) {
                throw mainUnderName();
            }
            return errand.run(registration, verb == Verb.START ? launcher : Optional.empty());
        } catch (Refusal e) {
            registration.end(e.code().number(), e.text());
            throw e;
        } catch (RuntimeException | Error e) {
            registration.end(ExitCode.SOFTWARE.number(), e.toString());
            throw e;
        }
    }

    private Refusal mainUnderName() {
        return new Refusal(
                ExitCode.CONFIGURATION,
                target + " has a main method, which starts what it wants by itself, so that there is nothing to"
                        + " ask or to reload under a name; --service chooses a service in it.");
    }
}
