/** Support for tests of services: a tree in a test, and a clock that the test advances. */
module dev.ginkgo.testing {
    requires transitive dev.ginkgo.core;
    requires jdk.management;
    requires static org.junit.jupiter.api; // only for tests that use GinkgoExtension
    requires static transitive org.jspecify;

    exports dev.ginkgo.testing;
    exports dev.ginkgo.testing.junit;
}
