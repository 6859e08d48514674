/** The coordinator engine {@code mesh}: membership by JGroups, leadership by Raft. Loaded if the configuration selects it. */
module dev.ginkgo.mesh {
    requires transitive dev.ginkgo.cluster;
    requires org.jgroups;
    requires org.jgroups.raft;
    requires static transitive org.jspecify;

    exports dev.ginkgo.mesh;

    provides dev.ginkgo.cluster.spi.CoordinatorProvider with
            dev.ginkgo.mesh.MeshEngine;
}
