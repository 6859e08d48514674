package dev.ginkgo.run.output;

import java.util.Optional;

/** Version of ginkgo. */
public final class GinkgoVersion {
    private GinkgoVersion() {}

    /** Returns the version in the manifest of the jar, or a note that the classes are not in a jar. */
    public static String text() {
        return number().orElse("(not from a jar)");
    }

    /** Returns the version in the manifest of the jar; empty if the classes are not in a jar. */
    public static Optional<String> number() {
        return Optional.ofNullable(GinkgoVersion.class.getPackage().getImplementationVersion());
    }
}
