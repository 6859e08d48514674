package dev.ginkgo.etcd;

/**
 * The keys of one cluster in etcd.
 *
 * @param prefix begins and ends with a slash
 */
record ClusterKeys(String prefix) {
    static ClusterKeys of(String setting) {
        return new ClusterKeys(setting.endsWith("/") ? setting : setting + "/");
    }

    /** Exists while there is a leader, whose name is the value. Its create revision is the epoch. */
    String leader() {
        return prefix + "leader";
    }

    /** Prefix of the members' keys, each followed by the name of a node. */
    String members() {
        return prefix + "members/";
    }

    String member(String name) {
        return members() + name;
    }

    /** When these keys were created, in milliseconds since 1970; never removed. Epochs contain it. */
    String created() {
        return prefix + "created";
    }

    /** The highest incarnation of any node; never removed. */
    String incarnation() {
        return prefix + "incarnation";
    }
}
