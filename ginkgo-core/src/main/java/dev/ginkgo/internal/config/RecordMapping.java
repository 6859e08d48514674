package dev.ginkgo.internal.config;

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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A record as a table: each component is a key, a component that is a record is a table below. */
final class RecordMapping<T> implements ConfigMapping<T> {
    private final Constructor<T> constructor;
    private final List<Component> components;

    private RecordMapping(Constructor<T> constructor, List<Component> parts) {
        this.constructor = constructor;
        this.components = parts;
    }

    private record Component(String key, Method accessor, ConfigMapping<?> shape) {
        String key(Field field) {
            return field.key().isEmpty() ? key : key + "." + field.key();
        }
    }

    /**
     * The shape of a record.
     *
     * @param around the records that it is a component of, itself or through others
     */
    static <T> RecordMapping<T> of(Class<T> type, Set<Class<?>> around) {
        if (around.contains(type)) {
            throw new IllegalArgumentException("record " + type.getSimpleName() + " contains itself");
        }
        Set<Class<?>> inside = new HashSet<>(around);
        inside.add(type);
        RecordComponent[] components = type.getRecordComponents();
        List<Component> parts = new ArrayList<>();
        try {
            for (RecordComponent each : components) {
                each.getAccessor().setAccessible(true);
                parts.add(new Component(
                        KeySyntax.kebab(each.getName()),
                        each.getAccessor(),
                        shape(type, each.getGenericType(), inside)));
            }
            Constructor<T> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return new RecordMapping<>(constructor, List.copyOf(parts));
        } catch (InaccessibleObjectException | NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    "record " + type.getName() + " cannot be read; open its package to Ginkgo in module-info.java", e);
        }
    }

    private static ConfigMapping<?> shape(Class<?> around, Type type, Set<Class<?>> inside) {
        if (type instanceof Class<?> plain) {
            Class<?> boxed = MethodType.methodType(plain).wrap().returnType();
            return ConfigMapping.isSection(boxed) ? of(boxed, inside) : ConfigMapping.of(boxed);
        }
        if (type instanceof ParameterizedType generic
                && generic.getRawType() == List.class
                && generic.getActualTypeArguments()[0] instanceof Class<?> element) {
            return ConfigMapping.ofList(element);
        }
        throw new IllegalArgumentException("record " + around.getSimpleName() + " has a component of type "
                + type.getTypeName() + ", which is no type of a setting");
    }

    @Override
    public List<Field> fields(@Nullable Object byDefault) {
        List<Field> fields = new ArrayList<>();
        for (Component part : components) {
            Object value = byDefault == null ? null : read(part, byDefault);
            part.shape
                    .fields(value)
                    .forEach(field -> fields.add(new Field(part.key(field), field.type(), field.defaultValue())));
        }
        return fields;
    }

    private static Object read(Component part, Object value) {
        try {
            Object component = part.accessor.invoke(value);
            if (component == null) {
                throw new IllegalArgumentException("component \"" + part.key + "\" of the default is null");
            }
            return component;
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("component \"" + part.key + "\" of the default cannot be read", e);
        }
    }

    @Override
    public T assemble(Map<String, Object> values) throws InvalidValueException {
        Object[] arguments = new Object[components.size()];
        for (int i = 0; i < arguments.length; i++) {
            Component component = components.get(i);
            Map<String, Object> own = new HashMap<>();
            component.shape.fields(null).forEach(field -> own.put(field.key(), values.get(component.key(field))));
            arguments[i] = component.shape.assemble(own);
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
                    "cannot make a " + constructor.getDeclaringClass().getName(), e);
        }
    }
}
