@org.jspecify.annotations.NullMarked
package dev.ginkgo.behaviour.monitoring;
