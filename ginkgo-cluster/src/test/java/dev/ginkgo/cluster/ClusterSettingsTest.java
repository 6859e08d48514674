package dev.ginkgo.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.ValidationResult;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

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
                .containsExactly("coordinator.engine: \"raft\" is not one of local, scripted");
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
}
