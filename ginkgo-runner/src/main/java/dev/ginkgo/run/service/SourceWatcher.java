package dev.ginkgo.run.service;

import dev.ginkgo.config.SettingsSource;
import java.util.concurrent.ExecutionException;

/** Reloads a program whenever its settings outside this machine have changed, on a thread that ends with the process. */
final class SourceWatcher {
    private SourceWatcher() {}

    static void start(SettingsSource source, RunningProgram program) {
        Thread.ofVirtual().name("ginkgo-settings-source").start(() -> {
            try {
                while (true) {
                    source.awaitChange();
                    program.reload().get(); // one after another: the next wait is for a change after this reload
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // not expected
            } catch (ExecutionException e) {
                throw new IllegalStateException("a reload reports problems as its result", e);
            }
        });
    }
}
