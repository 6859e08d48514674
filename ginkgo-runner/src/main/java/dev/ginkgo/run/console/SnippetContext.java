package dev.ginkgo.run.console;

import dev.ginkgo.Service;

/** What a snippet can get hold of; public, because snippets are classes of another package. */
public final class SnippetContext {
    static final ScopedValue<Service> ROOT = ScopedValue.newInstance();

    private SnippetContext() {}

    /**
     * The root of the tree.
     *
     * @throws java.util.NoSuchElementException if it is not a snippet that asks
     */
    public static Service root() {
        return ROOT.get();
    }
}
