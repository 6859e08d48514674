package dev.ginkgo.run.service;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.run.os.FileAccess;
import dev.ginkgo.run.os.OsException;
import dev.ginkgo.run.os.Privileges;
import dev.ginkgo.run.os.ProcessAttributes;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.systemd.SystemdNotifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What accompanies a tree that has a process to itself: as whom it runs, and where. Made before anything starts;
 * {@link ServiceRunner} tells it of each step.
 */
final class ProcessEnvironment {
    private static final String DAEMON_UMASK = "027";

    private final CommandContext commandContext;
    private final ProcessSettings.ProcessConfig settings;
    private final List<Path> files;
    private final Optional<Privileges> privileges;
    private final Optional<SystemdNotifier> systemd;
    private final Optional<AdminPages> admin;
    private final List<Path> ownedFiles = new ArrayList<>();

    /**
     * @param files what a reload reads again
     * @param status of the tree
     * @throws CommandException if the operating system cannot do what the settings ask for
     */
    ProcessEnvironment(
            CommandContext commandContext,
            ProcessSettings.ProcessConfig settings,
            List<Path> files,
            Supplier<Status> status) {
        this.commandContext = commandContext;
        this.settings = settings;
        this.files = files;
        admin = settings.admin().map(address -> new AdminPages(address, status));
        try {
            privileges = settings.changesUser()
                    ? Optional.of(Privileges.to(settings.user(), settings.group(), System.getProperty("os.name")))
                    : Optional.empty();
            systemd = SystemdNotifier.of(commandContext.environment(), settings.startTimeout(), settings.stopTimeout());
        } catch (OsException e) {
            throw rejected(e);
        }
    }

    /** What will fail later, when the process has become another user: not enough to refuse the start. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        privileges.filter(each -> !each.isCurrentUser()).map(Privileges::access).ifPresent(fileAccess -> {
            files.stream()
                    .filter(file -> !fileAccess.canRead(file))
                    .forEach(file -> warnings.add(fileAccess.name() + " cannot read " + file
                            + ": reloads will be refused; let its group or others read it"));
            settings.workdir()
                    .filter(folder -> Files.isDirectory(folder) && !fileAccess.canEnter(folder))
                    .ifPresent(folder -> warnings.add(fileAccess.name() + " cannot enter ginkgo.workdir, " + folder));
            settings.logFile()
                    .flatMap(ProcessEnvironment::folder)
                    .filter(folder -> isClosed(fileAccess, folder))
                    .ifPresent(folder -> warnings.add(fileAccess.name() + " cannot make files in " + folder
                            + ": after a rotation the log cannot be opened again; give him that folder"));
        });
        return warnings;
    }

    /**
     * Umask and working folder; before the log is opened, the first file that this process makes.
     *
     * @param daemonLog the log of a daemon whose configuration names none; empty for what is no daemon
     */
    void prepare(Optional<Path> daemonLog) {
        warnings().forEach(warning -> commandContext.printError("warning: " + warning));
        privileges
                .filter(each -> !each.isCurrentUser() && settings.logFile().isEmpty() && daemonLog.isPresent())
                .ifPresent(each ->
                        commandContext.printError("warning: " + each.access().name() + " cannot rotate the log in "
                                + daemonLog.orElseThrow().getParent() + "; set log.file to a file in a folder of his"));
        settings.logFile().or(() -> daemonLog).ifPresent(this::addMissingParents);
        Optional<String> umask = settings.umask().or(() -> daemonLog.map(log -> DAEMON_UMASK));
        try {
            if (umask.isPresent()) {
                new ProcessAttributes().umask(Integer.parseInt(umask.get(), 8));
            }
            if (settings.workdir().isPresent()) {
                new ProcessAttributes().workingFolder(settings.workdir().get());
            }
        } catch (OsException e) {
            throw rejected(e);
        }
    }

    /** Has a file of this process given to the user that it becomes. Before the start. */
    void addOwnedFile(Path file) {
        ownedFiles.add(file);
    }

    /** Has the tree started so that nobody is served before the rights of root are gone. */
    Ginkgo.Builder attach(Ginkgo.Builder builder) {
        systemd.ifPresent(each -> builder.onStateChange(each::stateChanged));
        return privileges.filter(each -> !each.isCurrentUser()).isPresent()
                ? builder.beforeOpen(this::dropPrivileges)
                : builder;
    }

    /**
     * Before anything of the tree starts.
     *
     * @throws dev.ginkgo.lifecycle.StartException if the admin pages cannot be served
     */
    void starting() {
        if (privileges.filter(each -> !each.isCurrentUser()).isEmpty()) {
            openAdmin();
        }
    }

    private void openAdmin() {
        admin.ifPresent(pages -> {
            Ginkgo.of(pages).name("admin").start();
            commandContext.printError("admin pages at http://" + pages.address() + "/-/tree");
        });
    }

    /** The tree is up, and serves. */
    void serving(Ginkgo running) {
        systemd.ifPresent(each -> each.ready(running));
    }

    /** Reloads the tree. */
    ReloadResult reload(Ginkgo running) {
        systemd.ifPresent(SystemdNotifier::reloading);
        Optional<ReloadResult> reload = Optional.empty();
        try {
            reload = Optional.of(running.reload());
            return reload.get();
        } finally {
            Optional<ReloadResult> outcome = reload;
            systemd.ifPresent(each -> each.reloaded(outcome));
        }
    }

    /** The tree is about to be stopped. */
    void stopping() {
        systemd.ifPresent(SystemdNotifier::stopping);
    }

    /** The tree has stopped, or did not start. */
    void terminated() {
        admin.ifPresent(AdminPages::stop);
    }

    private void dropPrivileges() throws IOException {
        Privileges to = privileges.orElseThrow();
        for (Path path : ownedFiles) {
            to.changeOwner(path);
        }
        openClassPath();
        to.drop();
        commandContext.printError("goes on as " + to);
        openAdmin();
    }

    /**
     * Jars are opened when they are first searched; the user may not be able to read them. Whoever looks for what is
     * in none of them opens them all.
     */
    private static void openClassPath() {
        Thread.currentThread().getContextClassLoader().getResource("dev/ginkgo/run/in-no-jar");
    }

    /** The log, and those folders above it that Logback is about to make. */
    private void addMissingParents(Path log) {
        ownedFiles.add(log);
        for (Optional<Path> above = folder(log);
                above.isPresent() && !Files.exists(above.get());
                above = folder(above.get())) {
            ownedFiles.add(above.get());
        }
    }

    private static boolean isClosed(FileAccess fileAccess, Path folder) {
        return Files.isDirectory(folder) && !fileAccess.canModify(folder);
    }

    private static Optional<Path> folder(Path file) {
        return Optional.ofNullable(file.getParent());
    }

    private static CommandException rejected(OsException e) {
        return new CommandException(exitCode(e), String.valueOf(e.getMessage()));
    }

    /** The exit code of what the operating system refused. */
    static ExitCode exitCode(OsException e) {
        return switch (e.kind()) {
            case CONFIGURATION -> ExitCode.CONFIGURATION;
            case PERMISSION -> ExitCode.NOT_PERMITTED;
            case FAILURE -> ExitCode.SOFTWARE;
        };
    }
}
