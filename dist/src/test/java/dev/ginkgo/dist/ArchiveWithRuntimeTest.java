package dev.ginkgo.dist;

import java.nio.file.Path;

/** The archive with a Java runtime. */
class ArchiveWithRuntimeTest extends BundledRuntimeContract {
    @Override
    CleanMachine unpack(Path folder) throws Exception {
        return CleanMachine.withArchive(folder);
    }
}
