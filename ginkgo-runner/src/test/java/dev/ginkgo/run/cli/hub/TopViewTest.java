package dev.ginkgo.run.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.JsonText;
import dev.ginkgo.run.output.Style;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TopViewTest {
    @Test
    @DisplayName("R-57 top shows rates between two samples, the busiest channels first, and how many rows are left out")
    void showsRates() throws IOException {
        // Given
        TopSample first = sample(0, 100, "{\"channel\":\"/a\",\"messages\":5,\"readers\":1,\"published\":100}");
        TopSample second = sample(
                2_000_000_000L,
                700,
                "{\"channel\":\"/a\",\"messages\":5,\"readers\":9,\"published\":100},"
                        + "{\"channel\":\"/b\",\"messages\":5,\"readers\":0,\"published\":9},"
                        + "{\"channel\":\"/c\",\"messages\":5,\"readers\":0,\"published\":600}");

        // When
        List<String> lines = new TopView(Style.plain(), 2).lines(second, Optional.of(first));

        // Then
        assertThat(lines)
                .contains(
                        "hub at h:1  published 300/s, delivered 0.0/s, dropped 0.0/s; 0 subscribers, 0 channels, 1.5"
                                + " KiB stored, 0 peers",
                        "  CHANNEL   RATE  MESSAGES  SUBSCRIBERS",
                        "  /c       300/s         5            0",
                        "  /b       4.5/s         5            0",
                        "  … 1 more",
                        "  SLOWEST SUBSCRIBER  CHANNEL  BEHIND   UNSENT  AGE",
                        "  10.0.0.1:5          /a          812  1.0 MiB  2 s");
    }

    @Test
    @DisplayName("metrics of the text format are read without prefix and labels; those of one name are added up")
    void parsesMetrics() {
        assertThat(TopSample.metrics("""
            # HELP ginkgo_hub_published_total Messages accepted
            ginkgo_hub_published_total 12.0
            ginkgo_hub_disconnects_total{reason="idle"} 1.0
            ginkgo_hub_disconnects_total{reason="slow"} 2.0
            ginkgo_hub_delay_seconds_bucket{le="+Inf"} 7
            other 1
            """)).isEqualTo(Map.of("published_total", 12.0, "disconnects_total", 3.0));
    }

    @Test
    @DisplayName("bytes are shown with a unit of 1024")
    void formatsBytes() {
        assertThat(TopView.bytes(0)).isEqualTo("0 B");
        assertThat(TopView.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(TopView.bytes(200.0 * 1024 * 1024)).isEqualTo("200 MiB");
    }

    private static TopSample sample(long nanos, double published, String channels) throws IOException {
        String slowest = """
                {"streams":1,"slowest":[
                  {"address":"10.0.0.1:5","channel":"/a","behind":812,"pinned-bytes":1048576,"age-seconds":2.0}]}
                """;
        TopSample.HubSample hub = new TopSample.HubSample(
                "h:1",
                Map.of("published_total", published, "held_bytes", 1536.0),
                json("{\"channels\":3,\"some\":[" + channels + "]}"),
                json(slowest));
        return new TopSample(
                nanos, json("{\"path\":\"x\",\"state\":\"READY\",\"tasks\":1,\"restarts\":0}"), List.of(hub));
    }

    private static ControlResponse json(String text) throws IOException {
        return new ControlResponse(JsonText.read(text));
    }
}
