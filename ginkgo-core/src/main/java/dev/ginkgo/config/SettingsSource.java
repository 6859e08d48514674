package dev.ginkgo.config;

import java.io.IOException;
import java.util.List;

/**
 * Source of settings outside this machine, such as a store that several nodes share. It contains documents in TOML,
 * which are read together: a load sees all of them as of one moment. Added with {@link Configuration#source}.
 */
public interface SettingsSource {

    /**
     * A document.
     *
     * @param name its name in problems and in the source of a value: {@code etcd:/settings/gateway/hub}
     * @param toml the text
     */
    record Document(String name, String toml) {}

    /**
     * Reads all documents; later ones override earlier ones. Called by each load of a configuration, on its thread; may
     * block for a few seconds.
     *
     * @throws IOException if they cannot be read now; the message names the source and says why. A start then fails, and
     *     a reload is rejected: the settings in effect stay
     */
    List<Document> read() throws IOException;

    /**
     * Waits until the documents may differ from those of the last successful {@link #read}, also while the source cannot
     * be reached. Called on a thread of its own, which reloads the configuration when this method returns.
     */
    void awaitChange() throws InterruptedException;
}
