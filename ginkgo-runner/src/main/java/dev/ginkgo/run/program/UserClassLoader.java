package dev.ginkgo.run.program;

import dev.ginkgo.run.output.ExceptionPrinter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The user's classes: those that were compiled in memory, then those of his class path. Its name stands in stack
 * traces, by which {@link ExceptionPrinter} tells his frames from ours.
 */
public final class UserClassLoader extends URLClassLoader {
    private final Map<String, byte[]> compiled;

    UserClassLoader(ClassLoader parent, List<Path> classPath, Map<String, byte[]> compiled) {
        super(ExceptionPrinter.USER_CLASS_LOADER_NAME, urls(classPath), parent);
        this.compiled = compiled;
    }

    /**
     * What was compiled is not asked of the parent: to say no it would open each jar of the distribution, which takes
     * longer than most of a start. Our own packages stay ours.
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
        byte[] bytes = compiled.get(name);
        return bytes == null ? super.findClass(name) : defineClass(name, bytes, 0, bytes.length);
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
