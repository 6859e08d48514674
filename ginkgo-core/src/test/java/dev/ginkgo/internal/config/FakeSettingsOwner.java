package dev.ginkgo.internal.config;

import dev.ginkgo.config.Converter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings owner without an engine, which only declares settings and children. */
final class FakeSettingsOwner implements SettingsOwner {
    private final String path;
    private final String key;
    private final List<SettingDefinition<?>> settings = new ArrayList<>();
    private final List<FakeSettingsOwner> childOwners = new ArrayList<>();
    private final List<String> allowedChildren = new ArrayList<>();

    private FakeSettingsOwner(String path, String key) {
        this.path = path;
        this.key = key;
    }

    static FakeSettingsOwner root() {
        return new FakeSettingsOwner("app", "");
    }

    FakeSettingsOwner child(String name) {
        FakeSettingsOwner child = detached(name);
        childOwners.add(child);
        return child;
    }

    /** Returns a child that is not part of the tree yet. */
    FakeSettingsOwner detached(String name) {
        return new FakeSettingsOwner(path + "/" + name, KeySyntax.join(key, name));
    }

    <T> SettingDefinition<T> setting(String name, T defaultValue) {
        return declare(SettingDefinition.of(this, name, defaultValue));
    }

    <T> SettingDefinition<T> required(String name, Class<T> type) {
        return declare(SettingDefinition.required(this, name, type));
    }

    <E> SettingDefinition<Optional<E>> optional(String key, Class<E> type) {
        return declare(SettingDefinition.optional(this, key, type));
    }

    <E> SettingDefinition<List<E>> list(String name, Class<E> element) {
        return declare(SettingDefinition.list(this, name, element));
    }

    <E> SettingDefinition<Map<String, E>> map(String name, Class<E> element, Converter<?>... converters) {
        return declare(SettingDefinition.map(this, name, element, converters));
    }

    <T> SettingDefinition<T> setting(String name, T defaultValue, Converter<?> converter) {
        return declare(SettingDefinition.of(this, name, defaultValue, converter));
    }

    <E> SettingDefinition<List<E>> list(String name, Class<E> element, Converter<?> converter) {
        return declare(SettingDefinition.list(this, name, element, converter));
    }

    void allowChildren(String pattern) {
        allowedChildren.add(pattern);
    }

    private <T> SettingDefinition<T> declare(SettingDefinition<T> setting) {
        settings.add(setting);
        return setting;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public String typeName() {
        return "Fake";
    }

    @Override
    public List<SettingDefinition<?>> settings() {
        return settings;
    }

    @Override
    public List<? extends SettingsOwner> childOwners() {
        return childOwners;
    }

    @Override
    public List<String> allowedChildren() {
        return allowedChildren;
    }
}
