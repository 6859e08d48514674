@org.jspecify.annotations.NullMarked
package dev.ginkgo.etcd;
