/**
 * Services as nested modules that start, stop and reload, with their settings, and TCP and HTTP servers as services.
 *
 * <p>{@code dev.ginkgo} is what a service author writes; the other exported packages are the types that it uses. What is
 * not exported may change in any version.
 */
@SuppressWarnings("module") // the modules that internal.concurrent is exported to are compiled after this one
module dev.ginkgo.core {
    requires transitive jdk.httpserver; // HttpServer's handlers are those of the JDK
    requires transitive org.slf4j;
    requires jdk.net;
    requires static jdk.jfr; // events, if the Java runtime has the module
    requires org.tomlj;
    requires static micrometer.core; // only for programs that bind GinkgoMeters
    requires static transitive org.jspecify;

    exports dev.ginkgo;
    exports dev.ginkgo.config;
    exports dev.ginkgo.lifecycle;
    exports dev.ginkgo.net.http;
    exports dev.ginkgo.net.tcp;
    exports dev.ginkgo.time;
    exports dev.ginkgo.internal.concurrent to
            dev.ginkgo.cluster,
            dev.ginkgo.etcd,
            dev.ginkgo.hub,
            dev.ginkgo.mesh,
            dev.ginkgo.nats,
            dev.ginkgo.testing.cluster,
            dev.ginkgo.zeromq;
}
