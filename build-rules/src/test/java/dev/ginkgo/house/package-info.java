/** The rules of the house, as tests: what may depend on what, and that the docs say what the tests prove. */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.house;
