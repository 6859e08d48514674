package dev.ginkgo.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.ValidationResult;
import dev.ginkgo.testing.TestTree;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ClusterSettingsTest {
    private static ValidationResult describe(String toml) {
        return Ginkgo.of(new Cluster())
                .configuration(Configuration.empty().text("cluster.toml", toml))
                .validate();
    }

    @Test
    @DisplayName("by default the engine is local, and identity and lease timing have default values")
    void settingsHaveDefaults() {
        assertThat(describe("").settings())
                .extracting(SettingInfo::fullKey, SettingInfo::value)
                .contains(
                        tuple("identity", "127.0.0.1:4440"),
                        tuple("join", "[]"),
                        tuple("expect", "0"),
                        tuple("insecure", "false"),
                        tuple("policy", "quorum"),
                        tuple("lease.ttl", "1s200ms"),
                        tuple("lease.margin", "100ms"),
                        tuple("coordinator.engine", "local"));
    }

    @Test
    @DisplayName("C-19 an engine on the class path can be selected; an unknown engine is rejected with the list of"
            + " choices")
    void listsEnginesFromTheServiceLoader() {
        assertThat(describe("coordinator.engine = 'scripted'").problems()).isEmpty();
        assertThat(describe("coordinator.engine = 'raft'").problems())
                .extracting(ConfigProblem::message)
                .containsExactly("coordinator.engine: \"raft\" is not one of local, scripted, scripted-servers");
    }

    @Test
    @DisplayName("an inconsistent lease timing is rejected")
    void rejectsImpossibleLeaseTiming() {
        assertThat(describe("lease.ttl = '150ms'").problems())
                .extracting(ConfigProblem::message)
                .singleElement()
                .asString()
                .contains("2 * margin < ttl");
    }

    @Test
    @DisplayName("C-70 a lease that the engine does not support is rejected before the start, with a ttl that it does")
    void rejectsALeaseBelowTheMinimumOfTheEngine() {
        // When the default is below the minimum, or the ttl is no multiple of the step
        assertThat(describe("coordinator.engine = 'scripted-servers'").problems())
                .extracting(ConfigProblem::message)
                .containsExactly("lease: ttl 1s200ms, margin 100ms is not supported by the engine \"scripted-servers\","
                        + " whose leases last at least 2s, in steps of 1s; set ttl = \"2s\"");
        assertThat(describe("coordinator.engine = 'scripted-servers'\nlease.ttl = '3200ms'")
                        .problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.location()).isEqualTo("cluster.toml:2:13");
                    assertThat(problem.message()).contains("set ttl = \"4s\"");
                });

        // Then a supported one is accepted, and the same values with another engine
        assertThat(describe("coordinator.engine = 'scripted-servers'\nlease.ttl = '3s'")
                        .problems())
                .isEmpty();
        assertThat(describe("coordinator.engine = 'scripted'\nlease.ttl = '3200ms'")
                        .problems())
                .isEmpty();
    }

    @Test
    @DisplayName("C-71 a partition policy that the engine does not offer is rejected before the start")
    void rejectsAPolicyThatTheEngineDoesNotOffer() {
        assertThat(describe("coordinator.engine = 'scripted-servers'\nlease.ttl = '2s'\npolicy = 'available'")
                        .problems())
                .extracting(ConfigProblem::message)
                .containsExactly(
                        "policy: available is not supported by the engine \"scripted-servers\"; choose quorum");
        assertThat(describe("coordinator.engine = 'scripted'\npolicy = 'available'")
                        .problems())
                .isEmpty();
    }

    @Test
    @DisplayName("C-72 an engine with servers of its own needs no join, data directory or secret; a warning names those"
            + " that are set")
    void warnsOfSettingsWithoutEffect() throws Exception {
        // Given
        String servers = "coordinator.engine = 'scripted-servers'\nlease.ttl = '2s'\n";

        ListAppender<ILoggingEvent> warnings = new ListAppender<>();
        warnings.start();
        Logger logger = (Logger) LoggerFactory.getLogger(Cluster.class);
        logger.setLevel(Level.WARN);
        logger.addAppender(warnings);
        try {
            // When a node with an identity beyond loopback starts without them, Then there is no warning
            TestTree.start(new Cluster(), servers + "identity = '10.0.0.1:4440'")
                    .close();
            assertThat(warnings.list).isEmpty();

            // When some are set, Then the warning names exactly these
            TestTree.start(new Cluster(), servers + "join = ['10.0.0.2:4440']\nexpect = 3")
                    .close();
            assertThat(warnings.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly("no effect with the engine \"scripted-servers\", which keeps its state on servers:"
                            + " join, expect");
        } finally {
            logger.detachAppender(warnings);
            logger.setLevel(null);
        }
    }
}
