/**
 * Where settings come from, and what they are made of. {@link dev.ginkgo.config.Configuration} lists the sources;
 * loading it gives {@link dev.ginkgo.config.RawConfig} values that still know their {@link dev.ginkgo.config.SettingSource}; a
 * service binds them to its settings. Nothing here knows services.
 */
@org.jspecify.annotations.NullMarked
package dev.ginkgo.config;
