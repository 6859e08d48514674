package dev.ginkgo.internal.config;

import dev.ginkgo.config.Converter;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Mapping of a record to a table: each component is a key, and a component that is itself a record is a table below it.
 */
final class RecordMapping<T> implements ConfigMapping<T> {
    private final Constructor<T> constructor;
    private final List<Component> components;

    private RecordMapping(Constructor<T> constructor, List<Component> components) {
        this.constructor = constructor;
        this.components = components;
    }

    private record Component(String key, Method accessor, ConfigMapping<?> mapping) {
        String key(Field field) {
            return field.key().isEmpty() ? key : key + "." + field.key();
        }
    }

    /**
     * Returns the mapping of a record.
     *
     * @param enclosing the records of which it is a component, directly or indirectly
     */
    static <T> RecordMapping<T> of(Class<T> type, Set<Class<?>> enclosing, List<Converter<?>> converters) {
        if (enclosing.contains(type)) {
            throw new IllegalArgumentException("record " + type.getSimpleName() + " contains itself");
        }
        Set<Class<?>> enclosingOrSelf = new HashSet<>(enclosing);
        enclosingOrSelf.add(type);
        RecordComponent[] recordComponents = type.getRecordComponents();
        List<Component> components = new ArrayList<>();
        try {
            for (RecordComponent each : recordComponents) {
                each.getAccessor().setAccessible(true);
                components.add(new Component(
                        KeySyntax.kebab(each.getName()),
                        each.getAccessor(),
                        mapping(type, each.getGenericType(), enclosingOrSelf, converters)));
            }
            Constructor<T> constructor = type.getDeclaredConstructor(Arrays.stream(recordComponents)
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return new RecordMapping<>(constructor, List.copyOf(components));
        } catch (InaccessibleObjectException | NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    "record " + type.getName() + " cannot be read; open its package to Ginkgo in module-info.java", e);
        }
    }

    private static ConfigMapping<?> mapping(
            Class<?> record, Type type, Set<Class<?>> enclosing, List<Converter<?>> converters) {
        if (type instanceof Class<?> plain) {
            Class<?> boxed = MethodType.methodType(plain).wrap().returnType();
            return ConfigMapping.isSection(boxed, converters)
                    ? of(boxed, enclosing, converters)
                    : ConfigMapping.of(boxed, converters);
        }
        if (type instanceof ParameterizedType generic
                && generic.getActualTypeArguments()[0] instanceof Class<?> element
                && !ConfigMapping.isSection(element, converters)) {
            if (generic.getRawType() == List.class) {
                return ConfigMapping.ofList(element, converters);
            }
            if (generic.getRawType() == Optional.class) {
                return ConfigMapping.ofOptional(element, converters);
            }
        }
        throw new IllegalArgumentException("record " + record.getSimpleName() + " has a component of type "
                + type.getTypeName() + ", which is not supported as the type of a setting");
    }

    @Override
    public List<Field> fields(@Nullable Object defaultValue, Collection<String> present) {
        List<Field> fields = new ArrayList<>();
        for (Component component : components) {
            Object value = defaultValue == null ? null : read(component, defaultValue);
            component
                    .mapping
                    .fields(value, List.of())
                    .forEach(field -> fields.add(new Field(component.key(field), field.type(), field.defaultValue())));
        }
        return fields;
    }

    private static Object read(Component component, Object defaultRecord) {
        try {
            Object value = component.accessor.invoke(defaultRecord);
            if (value == null) {
                throw new IllegalArgumentException("component \"" + component.key + "\" of the default is null");
            }
            return value;
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("component \"" + component.key + "\" of the default cannot be read", e);
        }
    }

    @Override
    public T assemble(Map<String, Object> values, Collection<String> present) throws InvalidValueException {
        Object[] arguments = new Object[components.size()];
        for (int i = 0; i < arguments.length; i++) {
            Component component = components.get(i);
            arguments[i] = component.mapping.assemble(ConfigMapping.below(component.key, values), List.of());
        }
        try {
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getTargetException();
            if (thrown instanceof Error error) {
                throw error;
            }
            throw InvalidValueException.inconsistent(Messages.oneLine(thrown));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "cannot create a " + constructor.getDeclaringClass().getName(), e);
        }
    }

    @Override
    public boolean secret() {
        return components.stream().anyMatch(component -> component.mapping.secret());
    }
}
