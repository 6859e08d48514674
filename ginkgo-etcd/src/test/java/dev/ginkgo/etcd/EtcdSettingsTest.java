package dev.ginkgo.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcdSettingsTest {
    private static List<String> problems(String toml) {
        return Ginkgo.of(new EtcdCoordinator())
                .configuration(Configuration.empty().text("etcd.toml", toml))
                .validate()
                .problems()
                .stream()
                .map(ConfigProblem::message)
                .toList();
    }

    @ParameterizedTest
    @DisplayName("E-06 a wrong setting is rejected before the start, with what to write instead")
    @CsvSource(
            delimiter = '|',
            value = {
                "endpoints = ['10.0.0.1:2379']               | must be URLs, either all http or all https",
                "endpoints = ['http://a:1', 'https://b:1']   | must be URLs, either all http or all https",
                "prefix = 'gateway'                          | must begin with a slash",
                "prefix = '/über/'                           | must begin with a slash",
                "key = 'key.pem'                             | set both or none",
                "certificate = 'certificate.pem'             | set both or none",
                "timeout = '1ms'                             | is outside 50ms..1m"
            })
    void rejectsWrongSettings(String toml, String message) {
        assertThat(problems(toml)).singleElement().asString().contains(message);
    }

    @Test
    @DisplayName("E-06 without settings the engine uses etcd on this machine")
    void hasDefaults() {
        assertThat(problems("")).isEmpty();
    }
}
