package dev.ginkgo.run.service;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.ReloadResult;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The program that the control socket shows and reloads. Any thread may call it. */
interface RunningProgram {
    /** Returns the tree after it has started. */
    Optional<Ginkgo> tree();

    /** Requests a reload, which runs after the start. The future is not completed if the program stops before. */
    CompletableFuture<ReloadResult> reload();
}
