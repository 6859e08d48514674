package dev.ginkgo.run.scaffold;

import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.lang.model.SourceVersion;

/**
 * Name of a project, in the forms that its files need.
 *
 * @param kebab the name of the folder, of the artifact and of the configuration, such as {@code number-gateway}
 * @param type the name of the service class, such as {@code NumberGateway}
 */
record ProjectName(String kebab, String type) {
    private static final Pattern KEBAB = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern TYPE = Pattern.compile("[A-Z][A-Za-z0-9]*");
    private static final int MAX_LENGTH = 64;

    /** Packages of other names in which a class of that simple name may not be redefined, because the templates use them. */
    private static final Set<String> IMPLICIT_PACKAGES = Set.of("java.lang", "dev.ginkgo");

    /** Names of packages that are not available to programs. */
    private static final Set<String> RESERVED_PACKAGES = Set.of("java", "javax", "jdk", "sun");

    /**
     * Parses a name as given on the command line, in kebab case or as the name of a class.
     *
     * @param imported the simple names of the types that the templates import
     * @throws CommandException if no class or package can have the name
     */
    static ProjectName parse(String text, Set<String> imported) {
        if (text.length() > MAX_LENGTH) {
            throw rejected(text, "is longer than " + MAX_LENGTH + " characters", "");
        }
        boolean isType = TYPE.matcher(text).matches();
        if (!isType && !KEBAB.matcher(text).matches()) {
            throw rejected(text, "is not a name such as number-gateway or NumberGateway", suggestion(text));
        }
        ProjectName name = isType ? new ProjectName(kebab(text), text) : new ProjectName(text, type(text));
        if (SourceVersion.isKeyword(name.packageName()) || RESERVED_PACKAGES.contains(name.packageName())) {
            throw rejected(
                    text, "cannot be the name of a Java package", "; use another, such as " + name.kebab + "-service");
        }
        if (imported.contains(name.type) || isImplicitlyImported(name.type)) {
            throw rejected(
                    text,
                    "would name the service class " + name.type + ", as a class of Java or Ginkgo that it needs",
                    "; use another, such as " + name.kebab + "-service");
        }
        return name;
    }

    /** Returns the name of the package of the service class. */
    String packageName() {
        return kebab.replace("-", "");
    }

    private static boolean isImplicitlyImported(String type) {
        return IMPLICIT_PACKAGES.stream().anyMatch(each -> exists(each + "." + type));
    }

    private static boolean exists(String type) {
        try {
            Class.forName(type, false, ProjectName.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        } catch (NoClassDefFoundError e) { // a class of this name in other case, on a file system without case
            return true;
        }
    }

    private static String type(String kebab) {
        return Arrays.stream(kebab.split("-", -1))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }

    /** Returns the name in kebab case: NumberGateway is number-gateway, and HTTPServer is http-server. */
    private static String kebab(String type) {
        return type.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .replaceAll("([A-Z])([A-Z][a-z])", "$1-$2")
                .toLowerCase(Locale.ROOT);
    }

    private static String suggestion(String text) {
        String similar = text.replaceAll("[^A-Za-z0-9]+", "-").replaceAll("^[-0-9]+|-+$", "");
        String name = similar.matches("[A-Z][A-Za-z0-9]*") ? similar : similar.toLowerCase(Locale.ROOT);
        return name.isEmpty() ? "" : "; did you mean " + name + "?";
    }

    private static CommandException rejected(String text, String why, String advice) {
        return new CommandException(ExitCode.USAGE, "\"" + text + "\" " + why + advice);
    }
}
