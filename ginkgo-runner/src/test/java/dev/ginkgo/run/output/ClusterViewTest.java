package dev.ginkgo.run.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
    private static final String MEMBERS = "\"members\":["
            + "{\"name\":\"10.0.0.1:4440\",\"incarnation\":3,\"version\":\"1.0\",\"url\":\"http://10.0.0.1:8088\"},"
            + "{\"name\":\"10.0.0.2:4440\",\"incarnation\":12,\"version\":\"1.0\",\"url\":null}]";

    @Test
    @DisplayName(
            "R-58 cluster prints leader, epoch and lease, and the role of each member; voters that are absent, too")
    void printsMembersWithRoles() throws IOException {
        assertThat(text("{\"clusters\":[{\"path\":\"gateway/cluster\",\"state\":\"READY\",\"self\":\"10.0.0.1:4440\","
                        + "\"leader\":\"10.0.0.1:4440\",\"epoch\":7,\"leaseMillis\":800,"
                        + "\"voters\":[\"10.0.0.1:4440\",\"10.0.0.3:4440\"],\"problems\":[]," + MEMBERS + "}]}"))
                .isEqualTo("""
                    gateway/cluster is READY, 2 members, leader 10.0.0.1:4440 in epoch 7, lease valid for 800 ms
                    MEMBER         ROLE                      INCARNATION  VERSION  URL
                    10.0.0.1:4440  leader, voter, this node            3  1.0      http://10.0.0.1:8088
                    10.0.0.2:4440  learner                            12  1.0      -
                    10.0.0.3:4440  voter, absent                       -  -        -\
                    """);
    }

    @Test
    @DisplayName("R-58 cluster prints why there is no leader, and the last leader if it is no longer a member")
    void printsProblems_withoutLeader() throws IOException {
        String problem = "\"problems\":[\"gateway/cluster/coordinator: DEGRADED, waiting for 10.0.0.3:4440\"],";
        assertThat(text("{\"clusters\":[{\"path\":\"c\",\"state\":\"READY\",\"self\":\"10.0.0.2:4440\",\"leader\":null,"
                        + "\"voters\":[]," + problem + MEMBERS + "}]}"))
                .startsWith("c is READY, 2 members, no leader known\n"
                        + "    gateway/cluster/coordinator: DEGRADED, waiting for 10.0.0.3:4440\nMEMBER ")
                .contains("10.0.0.2:4440  this node")
                .doesNotContain("learner");
        assertThat(text("{\"clusters\":[{\"path\":\"c\",\"state\":\"READY\",\"leader\":\"10.0.0.3:4440\",\"epoch\":6,"
                        + MEMBERS + "}]}"))
                .startsWith("c is READY, 2 members, no leader; the last one was 10.0.0.3:4440 in epoch 6\n");
    }

    @Test
    @DisplayName("R-58 a leader whose lease has expired, because its engine has no servers, is the last one")
    void doesNotNameLeader_whoseLeaseHasExpired() throws IOException {
        assertThat(text("{\"clusters\":[{\"path\":\"c\",\"state\":\"READY\",\"self\":\"10.0.0.1:4440\","
                        + "\"leader\":\"10.0.0.1:4440\",\"epoch\":6,\"leaseMillis\":null," + MEMBERS + "}]}"))
                .startsWith("c is READY, 2 members, no leader; the last one was 10.0.0.1:4440 in epoch 6\n")
                .contains("10.0.0.1:4440  this node");
    }

    @Test
    @DisplayName("R-58 a program without a cluster is reported as such")
    void reportsProgramWithoutCluster() throws IOException {
        assertThat(text("{\"clusters\":[]}")).startsWith("no cluster: ");
    }

    private static String text(String json) throws IOException {
        return ClusterView.text(new ControlResponse(JsonText.read(json)));
    }
}
