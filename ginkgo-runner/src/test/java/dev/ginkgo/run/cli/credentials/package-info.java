@org.jspecify.annotations.NullMarked
package dev.ginkgo.run.cli.credentials;
