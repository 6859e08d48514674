package dev.ginkgo.config;

import java.net.URI;
import java.nio.file.Path;

/** Factory of one kind of {@link SettingsSource}. Found by {@link java.util.ServiceLoader}. */
public interface SettingsSourceProvider {

    /** Returns the scheme of the locations that this provider opens: {@code etcd}. */
    String scheme();

    /**
     * Opens a source; connects to nothing yet.
     *
     * @param location for example {@code etcd://10.0.1.1:2379/settings/gateway/}
     * @param directory directory against which relative paths in the location are resolved
     * @throws IllegalArgumentException if the location cannot be used; the message says what to write instead
     */
    SettingsSource open(URI location, Path directory);
}
