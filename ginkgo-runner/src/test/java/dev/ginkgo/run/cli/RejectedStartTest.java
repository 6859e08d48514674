package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.service.LifecycleMessages;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RejectedStartTest {
    private static final class Exposed extends Service {
        @Override
        protected void onStart() {
            throw new ConfigException(List.of(ConfigProblem.of("anonymous", "is required")));
        }
    }

    @Test
    @DisplayName("a ConfigException from onStart is a configuration error: exit code 78")
    void configExceptionFromOnStart_exitsWith78() {
        StartException failure = catchThrowableOfType(StartException.class, () -> Ginkgo.start(new Exposed()));
        assertThat(LifecycleMessages.exitCode(failure)).isEqualTo(ExitCode.CONFIGURATION);
    }
}
