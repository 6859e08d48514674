package dev.ginkgo.internal.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Owner of settings: a service, or a section at the root of the configuration. */
public interface SettingsOwner {

    /** Returns the path for messages: {@code gateway/hub/http}. */
    String path();

    /** Returns the key of the owner's table: {@code hub.http}; empty for the root. */
    String key();

    /** Returns the name of the class, for messages. */
    String typeName();

    /** Returns the settings, in the order of declaration. */
    List<SettingDefinition<?>> settings();

    /** Returns the owners below this one, in the order of declaration. */
    List<? extends SettingsOwner> childOwners();

    /** Returns names, or patterns with {@code *}, of children that may be added while the tree runs. */
    List<String> allowedChildren();

    /** Returns whether several owners may share one table, as long as no two declare the same key in it. */
    default boolean sharesTable() {
        return false;
    }

    /** Returns the child that is to be created before the owners below are known; null if there is none. */
    default @Nullable ChildSelection childSelection() {
        return null;
    }

    /** Returns the children of which there is one for each table below that of this owner; null for other owners. */
    default @Nullable ChildTables childTables() {
        return null;
    }
}
