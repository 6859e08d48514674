package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.SettingsSource;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Settings in documents outside the machine. */
class SettingsSourceTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final SettingDefinition<Integer> rate = root.setting("rate", 1).between(1, 100);
    private final SettingDefinition<Integer> size = root.setting("size", 1);
    private final BoundTree tree = new BoundTree(root);
    private final StoredDocuments stored = new StoredDocuments();

    private static final class StoredDocuments implements SettingsSource {
        private List<Document> documents = List.of();
        private boolean isAway;

        @Override
        public List<Document> read() throws IOException {
            if (isAway) {
                throw new IOException("10.0.0.1:2379: connection refused");
            }
            return documents;
        }

        @Override
        public void awaitChange() {}

        @Override
        public String toString() {
            return "etcd://10.0.0.1:2379/gateway/";
        }
    }

    @Test
    @DisplayName("C-75 documents of a source override files, later documents earlier ones, and variables all of them")
    void documentsOverrideFiles() {
        stored.documents = List.of(
                new SettingsSource.Document("etcd:/gateway/a", "rate = 3\nsize = 3"),
                new SettingsSource.Document("etcd:/gateway/b", "\nsize = 4"));
        BindingResult result =
                tree.load(Configuration.empty().text("gateway.toml", "rate = 2").source(stored));
        assertThat(BoundTree.printed(result)).isEmpty();
        assertThat(result.settings())
                .extracting(setting -> setting.fullKey() + " = " + setting.value() + " from " + setting.source())
                .containsExactly("rate = 3 from file etcd:/gateway/a:1", "size = 4 from file etcd:/gateway/b:2");

        tree.load(Configuration.empty().source(stored).environment(Map.of("GINKGO_RATE", "5")));
        assertThat(rate.get()).isEqualTo(5);
        assertThat(size.get()).isEqualTo(4);
    }

    @Test
    @DisplayName("C-76 a document with an error, or a source that cannot be read, changes nothing and is named with the"
            + " position")
    void errorsChangeNothing() {
        Configuration configuration = Configuration.empty().source(stored);
        stored.documents = List.of(new SettingsSource.Document("etcd:/gateway/a", "rate = 3\nsize = 3"));
        tree.load(configuration);

        // When one of two values is wrong
        stored.documents = List.of(new SettingsSource.Document("etcd:/gateway/a", "size = 4\nrate = 101"));
        BindingResult wrong = tree.load(configuration);

        // Then
        assertThat(BoundTree.printed(wrong)).containsExactly("etcd:/gateway/a:2:8: rate: 101 is outside 1..100");
        assertThat(size.get()).isEqualTo(3);

        // When the source cannot be reached
        stored.isAway = true;
        BindingResult unreachable = tree.load(configuration);

        // Then
        assertThat(BoundTree.printed(unreachable))
                .containsExactly("etcd://10.0.0.1:2379/gateway/: cannot be read: 10.0.0.1:2379: connection refused");
        assertThat(rate.get()).isEqualTo(3);
        assertThat(configuration.hasFiles()).isTrue();
    }
}
