package dev.ginkgo.run.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DaemonViewsTest {

    @Test
    @DisplayName("L-40 the tree shows the details of a service's health below the service")
    void treeShowsHealthDetails() throws IOException {
        ControlResponse tree = new ControlResponse(JsonText.read("""
                {"path":"app","state":"READY","sinceMillis":5000,"children":[
                  {"path":"app/pool","state":"DEGRADED","sinceMillis":1000,"reason":"busy",
                   "details":{"idle connections":"0","server":"10.0.0.1:5432"},"children":[]}]}
                """));

        assertThat(DaemonViews.tree(tree, Style.plain())).isEqualTo("""
                app  READY 5 s
                └── pool  DEGRADED 1 s, busy
                        idle connections: 0
                        server: 10.0.0.1:5432""");
    }
}
