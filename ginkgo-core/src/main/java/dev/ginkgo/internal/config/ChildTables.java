package dev.ginkgo.internal.config;

import java.util.List;

/** Children of which there is one for each table of the configuration. They are created during binding. */
public interface ChildTables {

    /**
     * Makes the children those with the given names.
     *
     * @return false if the owner runs and has other children; nothing has changed
     */
    boolean create(List<String> names);
}
