/** Transport engine {@code zeromq}: carries messages between the hubs of a cluster. Selected in the configuration. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.zeromq;
