package dev.ginkgo.internal.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What binding needs to know of one place in a tree: a service, or a reserved table. */
public interface SettingsOwner {

    /** The place for people: {@code gateway/hub/http}. */
    String path();

    /** The place as a table of the configuration: {@code hub.http}; empty for the root. */
    String key();

    /** What the class is called, for help. */
    String typeName();

    /** The settings, in the order of their declaration. */
    List<SettingDefinition<?>> settings();

    /** The places below, in the order of their declaration. */
    List<? extends SettingsOwner> childOwners();

    /** Names, or patterns with {@code *}, of children that may be added while the tree runs. */
    List<String> allowedChildren();

    /** Whether several may have one table between them, as long as no two want the same key in it. */
    default boolean sharesTable() {
        return false;
    }

    /** What is to be built here before the places below are known. */
    default @Nullable ChildSelection childSelection() {
        return null;
    }
}
