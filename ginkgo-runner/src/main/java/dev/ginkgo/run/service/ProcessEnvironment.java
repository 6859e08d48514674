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
 * Process-level environment of a tree: user and group, umask, working folder, systemd notifications, admin pages.
 * Created before anything is started; {@link ServiceRunner} calls it at each step of the life cycle.
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
    private Optional<ProcessDashboard> dashboard = Optional.empty();
    private volatile boolean switched;

    /**
     * @param files the configuration files, and the folder of credentials, which a reload reads again
     * @param status supplies the status of the tree
     * @throws CommandException if the operating system does not support the settings
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

    /** Returns warnings about operations that will fail after the switch to another user, without preventing the start. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        privileges.filter(each -> !each.isCurrentUser()).map(Privileges::access).ifPresent(fileAccess -> {
            files.stream()
                    .filter(file -> !fileAccess.canRead(file))
                    .forEach(file -> warnings.add(fileAccess.name() + " cannot read " + file
                            + ", so reloads will fail; make it readable for that user"));
            settings.workdir()
                    .filter(folder -> Files.isDirectory(folder) && !fileAccess.canEnter(folder))
                    .ifPresent(folder -> warnings.add(fileAccess.name() + " cannot enter ginkgo.workdir " + folder));
            settings.logFile()
                    .flatMap(ProcessEnvironment::folder)
                    .filter(folder -> isReadOnly(fileAccess, folder))
                    .ifPresent(folder -> warnings.add(fileAccess.name() + " cannot create files in " + folder
                            + ", so the log cannot be rotated; make that user the owner of the folder"));
        });
        return warnings;
    }

    /**
     * Prints warnings, and sets the umask and working folder. Called before the log, the first file of this process, is
     * opened.
     *
     * @param daemonLog the default log of a daemon; empty if the process is not a daemon
     */
    void prepare(Optional<Path> daemonLog) {
        warnings().forEach(warning -> commandContext.printError("warning: " + warning));
        privileges
                .filter(each -> !each.isCurrentUser() && settings.logFile().isEmpty() && daemonLog.isPresent())
                .ifPresent(each ->
                        commandContext.printError("warning: " + each.access().name() + " cannot rotate the log in "
                                + daemonLog.orElseThrow().getParent()
                                + "; set log.file to a file in a folder of that user"));
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

    /**
     * Returns the path through which the log is opened. Before the switch to another user this is an open descriptor of
     * the file, which is given to that user. Thread-safe.
     *
     * @throws IOException if the user could make root open another file
     */
    Path logPath(Path log) throws IOException {
        return isSwitchPending() ? privileges.orElseThrow().openForUser(log) : log;
    }

    /**
     * Returns whether the process still runs as root and will switch to another user. Until then it must not rename or
     * delete files in folders of that user. Thread-safe.
     */
    boolean isSwitchPending() {
        return !switched && privileges.filter(each -> !each.isCurrentUser()).isPresent();
    }

    /** Registers a file whose owner is changed when the process switches its user. Called before the start. */
    void addOwnedFile(Path file) {
        ownedFiles.add(file);
    }

    /** Adds a dashboard, which runs as long as the admin pages do. Called before the start. */
    void add(Optional<ProcessDashboard> added) {
        dashboard = added;
    }

    /** Configures the builder so that privileges are dropped before any client is served. */
    Ginkgo.Builder attach(Ginkgo.Builder builder) {
        systemd.ifPresent(each -> builder.onStateChange(each::stateChanged));
        return isSwitchPending() ? builder.beforeOpen(this::dropPrivileges) : builder;
    }

    /**
     * Called before the tree starts.
     *
     * @throws dev.ginkgo.lifecycle.StartException if the admin pages or the dashboard cannot be served
     */
    void starting() {
        if (!isSwitchPending()) {
            openAdmin();
        }
    }

    private void openAdmin() {
        admin.ifPresent(pages -> {
            Ginkgo.of(pages).name("admin").start();
            commandContext.printError("admin pages at http://" + pages.address() + "/-/tree");
        });
        dashboard.ifPresent(ProcessDashboard::start);
    }

    /** Called when the tree has started and serves. */
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

    /** Called before the tree is stopped. */
    void stopping() {
        systemd.ifPresent(SystemdNotifier::stopping);
    }

    /** Called when the tree has stopped, or its start has failed. */
    void terminated() {
        admin.ifPresent(AdminPages::stop);
        dashboard.ifPresent(ProcessDashboard::stop);
    }

    private void dropPrivileges() throws IOException {
        Privileges to = privileges.orElseThrow();
        for (Path path : ownedFiles) {
            to.changeOwner(path);
        }
        openClassPath();
        to.drop();
        switched = true;
        commandContext.printError("switched to " + to);
        openAdmin();
    }

    /**
     * Opens all jars of the class path, which the new user may not be able to read: jars are opened when they are first
     * searched, and a search for a missing resource searches all of them.
     */
    private static void openClassPath() {
        Thread.currentThread().getContextClassLoader().getResource("dev/ginkgo/run/in-no-jar");
    }

    private static boolean isReadOnly(FileAccess fileAccess, Path folder) {
        return Files.isDirectory(folder) && !fileAccess.canModify(folder);
    }

    private static Optional<Path> folder(Path file) {
        return Optional.ofNullable(file.getParent());
    }

    private static CommandException rejected(OsException e) {
        return new CommandException(exitCode(e), String.valueOf(e.getMessage()));
    }

    /** Returns the exit code for a failure of the operating system. */
    static ExitCode exitCode(OsException e) {
        return switch (e.kind()) {
            case CONFIGURATION -> ExitCode.CONFIGURATION;
            case PERMISSION -> ExitCode.NOT_PERMITTED;
            case FAILURE -> ExitCode.SOFTWARE;
        };
    }
}
