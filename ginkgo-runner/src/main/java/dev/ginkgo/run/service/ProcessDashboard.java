package dev.ginkgo.run.service;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.Address;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.run.dashboard.DashboardServer;
import dev.ginkgo.run.dashboard.DashboardTarget;
import dev.ginkgo.run.dashboard.LogBuffer;
import dev.ginkgo.run.os.EffectiveUser;
import dev.ginkgo.run.output.CommandContext;
import java.net.BindException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Dashboard of this process, according to {@code ginkgo.dashboard}. At an address that is set, it starts with the program
 * and fails its start if the port is in use. Otherwise it starts beside the program, which does not wait for it, on the
 * usual port or a free one.
 */
public final class ProcessDashboard {
    /** Value of the setting that enables the dashboard for a program that a user starts on a terminal. */
    public static final String AUTO = "auto";

    static final String ON = "on";
    static final String OFF = "off";

    private static final Address USUAL = Address.of("127.0.0.1:8089");
    private static final Address FREE_PORT = Address.of("127.0.0.1:0");

    private final CommandContext commandContext;
    private final Optional<Address> address;
    private final DashboardTarget target;

    private volatile @Nullable DashboardServer server;
    private @Nullable LogBuffer log; // used by the main thread
    private CompletableFuture<?> starting = CompletableFuture.completedFuture(null); // used by the main thread

    private ProcessDashboard(CommandContext commandContext, Optional<Address> address, DashboardTarget target) {
        this.commandContext = commandContext;
        this.address = address;
        this.target = target;
    }

    /**
     * Returns the dashboard for a value of the setting; empty if there is to be none.
     *
     * @param foreground whether the process stays on the terminal from which it was started
     */
    public static Optional<ProcessDashboard> of(
            String setting, boolean foreground, CommandContext commandContext, DashboardTarget target) {
        return switch (setting) {
            case OFF -> Optional.empty();
            case ON -> Optional.of(new ProcessDashboard(commandContext, Optional.empty(), target));
            case AUTO ->
                foreground && Boolean.getBoolean("ginkgo.terminal") && EffectiveUser.id() != 0
                        ? Optional.of(new ProcessDashboard(commandContext, Optional.empty(), target))
                        : Optional.empty();
            default -> Optional.of(new ProcessDashboard(commandContext, Optional.of(Address.of(setting)), target));
        };
    }

    /** Returns whether a text is a value of the setting. */
    static boolean isValid(String text) {
        return text.equals(AUTO)
                || text.equals(ON)
                || text.equals(OFF)
                || Address.of(text).isLoopback();
    }

    /**
     * Starts the dashboard, or begins to. Called on the main thread, before the program starts.
     *
     * @throws StartException if it cannot listen at the address that is set
     */
    public void start() {
        LogBuffer logBuffer = LogBuffer.attach();
        log = logBuffer;
        if (address.isPresent()) {
            start(address.get(), logBuffer);
        } else {
            starting = CompletableFuture.runAsync(
                    () -> startBeside(logBuffer), Thread.ofVirtual().name("ginkgo-dashboard")::start);
        }
    }

    private void startBeside(LogBuffer logBuffer) {
        try {
            try {
                start(USUAL, logBuffer);
            } catch (StartException e) {
                if (!isPortInUse(e)) {
                    throw e;
                }
                start(FREE_PORT, logBuffer);
            }
        } catch (RuntimeException e) {
            commandContext.printError("warning: there is no dashboard: " + e.getMessage());
        }
    }

    private void start(Address bind, LogBuffer logBuffer) {
        DashboardServer created = new DashboardServer(bind, target, logBuffer);
        Ginkgo.of(created).name("dashboard").start();
        server = created;
        commandContext.printError("dashboard at http://" + created.address() + "/");
    }

    private static boolean isPortInUse(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof BindException) {
                return true;
            }
        }
        return false;
    }

    /** Continues to show the log after a new configuration of it. Called on the main thread. */
    public void logConfigured() {
        if (log != null) {
            log.reattach();
        }
    }

    /** Stops the dashboard. Called on the main thread. */
    public void stop() {
        starting.join();
        DashboardServer running = server;
        if (running != null) {
            running.stop();
        }
    }
}
