package dev.ginkgo.run.program;

import dev.ginkgo.run.output.ExceptionPrinter;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Class loader of the user's classes: those compiled in memory, then those of the user's class path. {@link
 * ExceptionPrinter} recognizes user frames by the loader's name in stack traces.
 */
public final class UserClassLoader extends URLClassLoader {
    private final Map<String, byte[]> compiled;
    private final Map<String, byte[]> added = new ConcurrentHashMap<>();

    UserClassLoader(ClassLoader parent, List<Path> classPath, Map<String, byte[]> compiled) {
        super(ExceptionPrinter.USER_CLASS_LOADER_NAME, urls(classPath), parent);
        this.compiled = compiled;
    }

    /**
     * Loads compiled classes without asking the parent first, because the parent would open each jar of the
     * distribution to find that it does not have the class, which takes longer than the rest of the start. Packages of
     * Ginkgo are always loaded by the parent.
     */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!compiled.containsKey(name) || name.startsWith("dev.ginkgo.")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = compiled.containsKey(name) ? compiled.get(name) : added.get(name);
        return bytes == null ? super.findClass(name) : defineClass(name, bytes, 0, bytes.length);
    }

    /**
     * Adds a class that is not part of the program, such as a snippet of a console. It stays until this loader is
     * unloaded. Thread-safe.
     *
     * @param name binary name; must not be that of another class
     * @param bytes the class file, which must not be changed afterwards
     */
    public void add(String name, byte[] bytes) {
        added.put(name, bytes);
    }

    /** Returns whether both loaders have the same compiled classes. */
    public boolean hasSameCompiledClasses(UserClassLoader other) {
        return compiled.keySet().equals(other.compiled.keySet())
                && compiled.entrySet().stream()
                        .allMatch(each -> Arrays.equals(each.getValue(), other.compiled.get(each.getKey())));
    }

    /** Returns a resource; the class files of compiled classes are resources, as those of other classes. */
    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        byte[] bytes = name.endsWith(".class")
                ? compiled.get(
                        name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                : null;
        return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    }

    private static URL[] urls(List<Path> classPath) {
        return classPath.stream()
                .map(path -> {
                    try {
                        return path.toUri().toURL();
                    } catch (MalformedURLException e) {
                        throw new IllegalArgumentException(path + " cannot be on a class path", e);
                    }
                })
                .toArray(URL[]::new);
    }
}
