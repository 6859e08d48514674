package dev.ginkgo.run.scaffold;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Text of a file of a new project, with placeholders such as {@code @NAME@}. A resource beside this class. */
final class Template {
    private static final Pattern PLACEHOLDER = Pattern.compile("@([A-Za-z-]+)@");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import [\\w.]+\\.(\\w+);");

    private final String name;
    private final String text;

    private Template(String name, String text) {
        this.name = name;
        this.text = text;
    }

    /** Reads a template. */
    static Template read(String name) {
        return new Template(name, resource(name + ".txt"));
    }

    /** Returns the versions of Ginkgo, of libraries and of plug-ins, by the placeholder for each. */
    static Properties versions() {
        Properties versions = new Properties();
        try {
            versions.load(new StringReader(resource("versions.properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return versions;
    }

    /** Returns the simple names of the types that the text imports by name. */
    Set<String> importedTypes() {
        return IMPORT.matcher(text).results().map(each -> each.group(1)).collect(Collectors.toSet());
    }

    /**
     * Returns the text with the values of all placeholders.
     *
     * @throws IllegalStateException if there is no value for one of them
     */
    String fill(Properties values) {
        return PLACEHOLDER.matcher(text).replaceAll(found -> {
            String value = values.getProperty(found.group(1));
            if (value == null) {
                throw new IllegalStateException(
                        "the template " + name + " has an unknown placeholder " + found.group());
            }
            return Matcher.quoteReplacement(value);
        });
    }

    private static String resource(String file) {
        try (InputStream in = Template.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + file + " is missing");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + file, e);
        }
    }
}
