/**
 * Types and sources of settings. {@link dev.ginkgo.config.Configuration} lists the sources; loading it returns a {@link
 * dev.ginkgo.config.RawConfig}, whose values still have their {@link dev.ginkgo.config.SettingSource}. Binding converts
 * them to the types of the settings. Depends on no other package of Ginkgo.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.config;
