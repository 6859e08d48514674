package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Converter;
import dev.ginkgo.config.Secret;
import java.net.URI;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Settings of types that the application converts itself. */
class ConverterTest {
    private static final Converter<ZoneId> ZONE = Converter.of(ZoneId.class, ZoneId::of);
    private static final Converter<URI> LINK = Converter.of(URI.class, URI::create);

    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final BoundTree tree = new BoundTree(root);

    /** Record with a text form of its own, which is one value rather than a table. */
    record Version(int major, int minor) {
        static Version parse(String text) {
            String[] parts = text.split("\\.", -1);
            return new Version(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        }

        @Override
        public String toString() {
            return major + "." + minor;
        }
    }

    record Site(URI home, List<URI> mirrors) {}

    @Test
    @DisplayName("C-46 a converter makes a type usable in a setting, a list, a map and a record")
    void convertsEverywhere() {
        // Given
        SettingDefinition<ZoneId> zone = root.setting("zone", ZoneId.of("UTC"), ZONE);
        SettingDefinition<List<URI>> links = root.list("links", URI.class, LINK);
        SettingDefinition<Map<String, Site>> sites = root.map("sites", Site.class, LINK);
        SettingDefinition<Version> version =
                root.setting("version", new Version(1, 0), Converter.of(Version.class, Version::parse));

        // When
        BindingResult result = tree.load("zone = 'Europe/Berlin'\nlinks = ['http://a', 'http://b']\nversion = '2.5'\n"
                + "[sites.x]\nhome = 'http://x'\nmirrors = ['http://y']");

        // Then
        assertThat(BoundTree.printed(result)).isEmpty();
        assertThat(zone.get()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(links.get()).containsExactly(URI.create("http://a"), URI.create("http://b"));
        assertThat(sites.get()).containsEntry("x", new Site(URI.create("http://x"), List.of(URI.create("http://y"))));
        assertThat(version.get()).isEqualTo(new Version(2, 5));
        assertThat(result.settings().getFirst().tomlValue()).contains("\"Europe/Berlin\"");
        assertThat(result.settings().getFirst().type()).isEqualTo("zone id");
    }

    @Test
    @DisplayName("C-46 an exception of a converter is a problem with position and message, which a secret masks")
    void reportsAnException() {
        root.setting("zone", ZoneId.of("UTC"), ZONE);
        root.setting("hidden", ZoneId.of("UTC"), ZONE).secret();
        assertThat(tree.problems("zone = 'Mars'\nhidden = 'hunter2'"))
                .containsExactly(
                        "app.toml:1:8: zone: \"Mars\" is not of type zone id (Unknown time-zone ID: Mars)",
                        "app.toml:2:10: hidden: " + Secret.MASK + " is not of type zone id");
        assertThat(tree.problems("zone = 5").getFirst()).startsWith("app.toml:1:8: zone: \"5\" is not of type zone id");
    }
}
