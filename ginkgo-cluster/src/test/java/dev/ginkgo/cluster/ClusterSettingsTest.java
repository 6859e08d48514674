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
    @DisplayName("a cluster has an identity, the terms of its lease, and an engine, by default this process alone")
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
    @DisplayName("C-19 engines on the class path can be chosen; one that is not there is told with the choices")
    void listsEnginesFromTheServiceLoader() {
        assertThat(describe("coordinator.engine = 'scripted'").problems()).isEmpty();
        assertThat(describe("coordinator.engine = 'raft'").problems())
                .extracting(ConfigProblem::message)
                .containsExactly("coordinator.engine: \"raft\" is not one of local, scripted");
    }

    @Test
    @DisplayName("the terms of a lease have to fit together")
    void rejectsImpossibleLeaseTiming() {
        assertThat(describe("lease.ttl = '150ms'").problems())
                .extracting(ConfigProblem::message)
                .singleElement()
                .asString()
                .contains("2 * margin < ttl");
    }
}
