package dev.ginkgo.run.console;

import dev.ginkgo.Service;

/** Access to the service tree for snippets; public because snippets are compiled into another package. */
public final class SnippetContext {
    static final ScopedValue<Service> ROOT = ScopedValue.newInstance();

    private SnippetContext() {}

    /**
     * Returns the root of the tree.
     *
     * @throws java.util.NoSuchElementException if the caller is not a snippet
     */
    public static Service root() {
        return ROOT.get();
    }
}
