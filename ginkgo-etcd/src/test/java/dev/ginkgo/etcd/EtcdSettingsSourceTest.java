package dev.ginkgo.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.SettingsSource.Document;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings in a real server of etcd. */
class EtcdSettingsSourceTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static EtcdServer server;

    @BeforeAll
    static void startServer() throws IOException {
        server = EtcdServer.start(folder);
    }

    @AfterAll
    static void stopServer() throws InterruptedException {
        server.kill();
    }

    private static EtcdSettingsSource open(String prefix) {
        return EtcdSettingsProvider.openSource(
                URI.create("etcd://" + server.endpoint().getAuthority() + prefix), folder);
    }

    private static void put(String key, String value) throws IOException, InterruptedException {
        server.post("kv/put", "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Waits for a change on a thread of its own. */
    private static CountDownLatch awaitChange(EtcdSettingsSource source) {
        CountDownLatch changed = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            try {
                source.awaitChange();
                changed.countDown();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        return changed;
    }

    @Test
    @DisplayName("E-08 the keys with the prefix are documents, in the order of their names, and each change is noticed")
    void readsAndWatchesDocuments() throws Exception {
        try (EtcdSettingsSource source = open("/one/settings")) {
            // Given
            assertThat(source.read()).isEmpty();
            put("/one/settings-of-others", "x = 1");
            put("/one/settings/b", "b = 1");
            put("/one/settings/a", "a = 'ä'");
            assertThat(source.read())
                    .containsExactly(
                            new Document("etcd:/one/settings/a", "a = 'ä'"),
                            new Document("etcd:/one/settings/b", "b = 1"));

            // When a document changes, also between the read and the wait
            CountDownLatch changed = awaitChange(source);
            put("/one/settings/b", "b = 2");
            await().atMost(TIMEOUT).until(() -> changed.getCount() == 0);
            assertThat(source.read()).hasSize(2).contains(new Document("etcd:/one/settings/b", "b = 2"));
            put("/one/settings/b", "b = 3");

            // Then
            source.awaitChange();
            assertThat(source.read()).contains(new Document("etcd:/one/settings/b", "b = 3"));
        }
    }

    @Test
    @DisplayName("E-08 while etcd is away a read fails with the reason, and a change is noticed when it is back")
    void continuesAfterAnOutage() throws Exception {
        try (EtcdSettingsSource source = open("/two/")) {
            // Given
            put("/two/a", "a = 1");
            List<Document> before = source.read();
            CountDownLatch changed = awaitChange(source);

            // When
            server.kill();

            // Then
            assertThatThrownBy(source::read)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(server.endpoint().toString());
            assertThat(changed.getCount()).isOne();

            // When
            server.startAgain();
            server.awaitHealthy();
            assertThat(source.read()).isEqualTo(before);
            put("/two/a", "a = 2");

            // Then
            await().atMost(TIMEOUT).until(() -> changed.getCount() == 0);
            assertThat(source.read()).containsExactly(new Document("etcd:/two/a", "a = 2"));
        }
    }

    @ParameterizedTest
    @DisplayName("E-08 a wrong location is rejected with what to write instead")
    @CsvSource(
            delimiter = '|',
            value = {
                "etcd:///settings/                        | has no server or no prefix",
                "etcd://10.0.0.1:2379                     | has no server or no prefix",
                "etcd://10.0.0.1:2379/                    | has no server or no prefix",
                "etcd://10.0.0.1:2379/a/?pass=x           | the parameter \"pass=x\"; possible are ca, certificate,",
                "etcd://10.0.0.1:2379/a/?ca=missing.pem   | missing.pem does not exist"
            })
    void rejectsWrongLocations(String location, String message) {
        assertThatThrownBy(() -> EtcdSettingsProvider.openSource(URI.create(location), folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
