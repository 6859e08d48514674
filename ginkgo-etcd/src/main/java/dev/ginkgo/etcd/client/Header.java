package dev.ginkgo.etcd.client;

import java.io.IOException;

/**
 * State of etcd at the time of an answer.
 *
 * @param clusterId id of the etcd cluster; a backup that is restored gets another one
 * @param revision number of the last change of any key; zero in answers that do not read keys
 * @param term Raft term that the answering server knew
 */
public record Header(long clusterId, long revision, long term) {
    static Header of(JsonObject answer) throws IOException {
        JsonObject header = answer.object("header");
        return new Header(header.number("cluster_id"), header.number("revision"), header.number("raft_term"));
    }
}
