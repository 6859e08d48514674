@org.jspecify.annotations.NullMarked
package dev.ginkgo.zeromq.zmtp;
