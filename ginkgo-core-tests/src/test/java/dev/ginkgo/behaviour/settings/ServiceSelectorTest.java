package dev.ginkgo.behaviour.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.ServiceSelector;
import dev.ginkgo.Setting;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.ValidationResult;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.testing.TestTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ServiceSelectorTest {
    private final List<String> events = new ArrayList<>();

    private abstract static class Engine extends Service {
        abstract String description();
    }

    private final class Local extends Engine {
        final Setting<Integer> capacity = setting("capacity", 16);

        Local() {
            events.add("created local");
        }

        @Override
        protected void onStart() {
            events.add("started local");
        }

        @Override
        String description() {
            return "local " + capacity.get();
        }
    }

    private final class Nats extends Engine {
        final Setting<String> server = setting("server", "127.0.0.1:4222").restartRequired();

        Nats() {
            events.add("created nats");
        }

        @Override
        String description() {
            return "nats " + server.get();
        }
    }

    private final class Hub extends Service {
        final ServiceSelector<Engine> transport =
                select("transport", "local", Map.of("local", Local::new, "nats", Nats::new, "far", () -> {
                    throw new IllegalStateException("add the artifact ginkgo-far");
                }));

        @Override
        protected void onStart() {
            events.add("started hub on " + transport.get().description());
        }
    }

    private static Configuration toml(String text) {
        return Configuration.empty().text("hub.toml", text);
    }

    private static List<String> keys(ValidationResult validationResult) {
        return validationResult.settings().stream()
                .map(SettingInfo::fullKey)
                .filter(key -> key.startsWith("transport"))
                .toList();
    }

    private static List<String> problems(ValidationResult validationResult) {
        return validationResult.problems().stream().map(ConfigProblem::toString).toList();
    }

    @Test
    @DisplayName("C-19 the engine selected by the configuration is created during binding and started as a child")
    void startsTheSelectedEngine() {
        // Given
        Hub hub = new Hub();
        assertThat(events).isEmpty();

        // When
        try (TestTree<Hub> tree = TestTree.start(hub, """
                [transport]
                engine = "nats"
                [transport.nats]
                server = "10.0.0.1:4222"
                """)) {
            // Then
            assertThat(events).containsExactly("created nats", "started hub on nats 10.0.0.1:4222");
            Status slot = tree.root().status().children().getFirst();
            assertThat(slot.children()).extracting(Status::path).containsExactly("hub/transport/nats");
            assertThat(slot.children().getFirst().state()).isEqualTo(State.READY);
        }
    }

    @Test
    @DisplayName("C-19 the default engine applies without configuration; environment and --set take precedence over a"
            + " file")
    void usesTheDefault_unlessConfigured() {
        try (TestTree<Hub> _ = TestTree.start(new Hub())) {
            assertThat(events).containsExactly("created local", "started local", "started hub on local 16");
        }
        Configuration file = toml("transport.engine = 'local'");
        Configuration environment = file.environment(Map.of("GINKGO_TRANSPORT_ENGINE", "nats"));
        assertThat(keys(Ginkgo.of(new Hub()).configuration(environment).validate()))
                .contains("transport.nats.server");
        assertThat(keys(Ginkgo.of(new Hub())
                        .configuration(environment.set("transport.engine", "local"))
                        .validate()))
                .contains("transport.local.capacity");
    }

    @Test
    @DisplayName("C-19 a validation result lists the keys of the selected engine, and starts nothing")
    void validationListsKeysOfTheSelectedEngine() {
        ValidationResult validationResult = Ginkgo.of(new Hub())
                .configuration(toml("transport.engine = 'nats'"))
                .validate();

        assertThat(problems(validationResult)).isEmpty();
        assertThat(keys(validationResult)).containsExactly("transport.engine", "transport.nats.server");
        assertThat(validationResult.settings().getFirst().type()).isEqualTo("one of far, local, nats");
        assertThat(validationResult.settings().getFirst().restartRequired()).isTrue();
        assertThat(events).containsExactly("created nats");
    }

    @Test
    @DisplayName("C-19 an unknown engine is a single problem with the list of choices and a suggestion")
    void reportsAnUnknownEngine() {
        ValidationResult validationResult =
                Ginkgo.of(new Hub()).configuration(toml("""
                [transport]
                engine = "nast"
                [transport.nats]
                server = "10.0.0.1:4222"
                """)).validate();

        assertThat(problems(validationResult))
                .containsExactly("hub.toml:2:10: transport.engine: \"nast\" is not one of far, local, nats;"
                        + " did you mean \"nats\"?");
    }

    @Test
    @DisplayName("C-19 an engine that cannot be created is a problem with the reason")
    void reportsAnEngineThatCannotBeCreated() {
        assertThat(problems(Ginkgo.of(new Hub())
                        .configuration(toml("transport.engine = 'far'"))
                        .validate()))
                .containsExactly("transport.engine: \"far\" could not be created: add the artifact ginkgo-far");
    }

    @Test
    @DisplayName("C-19 tables of other engines may stay in the file; only the table of the selected engine is checked")
    void ignoresTablesOfOtherEngines() {
        assertThat(problems(Ginkgo.of(new Hub()).configuration(toml("""
                        [transport.nats]
                        server = "10.0.0.1:4222"
                        [transport.local]
                        capacitie = 3
                        """)).validate()))
                .containsExactly("hub.toml:4:1: unknown key \"capacitie\"; did you mean \"capacity\"?");
    }

    @Test
    @DisplayName("C-19 a reload creates no engine: selecting another one requires a restart")
    void reloadKeepsTheEngine() {
        try (TestTree<Hub> tree = TestTree.start(new Hub(), "transport.local.capacity = 1")) {
            Engine engine = tree.root().transport.get();

            // When a setting of the engine changes
            ReloadResult changed = tree.reload("transport.local.capacity = 2");
            // Then the engine sees the new value
            assertThat(changed.outcome()).isEqualTo(ReloadResult.Outcome.APPLIED);
            assertThat(engine.description()).isEqualTo("local 2");

            // When another engine is selected
            ReloadResult other = tree.reload("transport.engine = 'nats'\ntransport.nats.server = 'b'");
            // Then nothing is applied
            assertThat(other.outcome()).isEqualTo(ReloadResult.Outcome.REFUSED);
            assertThat(other.problems())
                    .singleElement()
                    .asString()
                    .contains("transport.engine", "cannot change while the service runs");
            assertThat(tree.root().transport.get()).isSameAs(engine);
            assertThat(events).filteredOn(each -> each.startsWith("created")).containsExactly("created local");
        }
    }

    @Test
    @DisplayName("C-19 a tree that is started again may select another engine")
    void selectsAnotherEngine_afterARestart() {
        Hub hub = new Hub();
        TestTree.start(hub).close();
        try (TestTree<Hub> tree = TestTree.start(hub, "transport.engine = 'nats'")) {
            assertThat(tree.root().transport.get().description()).isEqualTo("nats 127.0.0.1:4222");
            assertThat(tree.root().status().children().getFirst().children()).hasSize(1);
        }
        // And an engine is not created again if the selection did not change
        events.clear();
        TestTree.start(hub, "transport.engine = 'nats'").close();
        assertThat(events).containsExactly("started hub on nats 127.0.0.1:4222");
    }

    @Test
    @DisplayName("C-19 an engine may contain another selector, and a selector may belong to a child that is added"
            + " later")
    void supportsNestedAndLateSelectors() throws StartException {
        final class Front extends Service {
            final ServiceSelector<Hub> hub = select("hub", "plain", Map.of("plain", Hub::new));
        }
        final class Late extends Service {
            Late() {
                allowChildren("front");
            }

            Front grow() {
                return add("front", new Front());
            }
        }
        try (TestTree<Late> tree = TestTree.start(new Late(), "front.hub.plain.transport.engine = 'nats'")) {
            Front front = tree.root().grow();
            assertThat(front.hub.get().transport.get().description()).startsWith("nats");
        }
    }

    @Test
    @DisplayName("C-19 reading the engine before it is selected, or an unknown default, is rejected with advice")
    void rejectsMisuse_withAdvice() {
        assertThatThrownBy(() -> new Hub().transport.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("hub/transport")
                .hasMessageContaining("onStart");
        final class Wrong extends Service {
            Wrong() {
                select("transport", "nast", Map.of("nats", Nats::new));
            }
        }
        assertThatThrownBy(Wrong::new)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("nast", "[nats]");
    }
}
