package dev.ginkgo.run.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.program.Program;
import dev.ginkgo.run.program.ProgramLoader;
import dev.ginkgo.run.program.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Console of a single-file service, whose classes are in the unnamed package. */
class TypedRootTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-64 root has the class of a single-file service; its members and classes can be used in snippets")
    void rootIsTyped() throws Throwable {
        // Given
        Files.writeString(folder.resolve("Hello.java"), """
            import dev.ginkgo.*;
            import java.util.*;
            class Hello extends Service {
                final Setting<Integer> rate = setting("rate", 60);
                final List<Part> parts = new ArrayList<>(List.of(new Part("a", 1), new Part("bc", 2)));
                final Helper[] helpers = {new Helper()};
                private int hidden = 1;
                record Part(String name, int size) {}
                enum Kind { SMALL { int limit() { return 1; } }; abstract int limit(); }
                Part first(Map<String, ? super Part> unused) { return parts.getFirst(); }
                static String twice(String text) { return text + text; }
            }
            class Helper { String help() { return "helped"; } }
            """);
        ProgramLoader.Loaded hello = load("Hello.java");
        ConsoleSession session = session(hello, 1);

        // When / Then
        assertThat(evaluate(session, "root.getClass().getName()")).contains("\"Hello\"");
        assertThat(evaluate(session, "root.parts.getLast().name().length()")).contains("==> 2");
        assertThat(evaluate(session, "root.first(Map.of()).size() + root.parts.size()"))
                .contains("==> 3");
        assertThat(evaluate(session, "root.helpers[0].help()")).contains("\"helped\"");
        assertThat(evaluate(session, "Hello.twice(\"REPL/x\")")).contains("\"REPL/xREPL/x\"");
        assertThat(evaluate(session, "root.parts.stream().map(each -> each.name() + \"!\").toList()"))
                .contains("[a!, bc!]");
        assertThat(evaluate(session, "root.parts.add(new Hello.Part(\"d\", 4))"))
                .contains("==> true");
        assertThat(evaluate(session, "Hello.Kind.SMALL.limit()")).contains("==> 1");
        assertThat(evaluate(session, "root.hidden")).contains("private");
        assertThat(evaluate(session, "root.status().path()")).contains("hello");
        assertThat(evaluate(session, "int size(Hello hello) { return hello.parts.size(); }"))
                .isEmpty();
        assertThat(evaluate(session, "size(root)")).contains("==> 3");
        assertThat(evaluate(session, "record Pair(int a, Hello.Part b) {}")).isEmpty();
        assertThat(evaluate(session, "enum E { A { int n() { return 7; } }; abstract int n(); }"))
                .isEmpty();
        assertThat(evaluate(session, "new Pair(E.A.n(), root.parts.getFirst()).b().name()"))
                .contains("\"a\"");
        assertThat(evaluate(session, "throw new IllegalStateException(\"no\")")).contains("IllegalStateException: no");
        assertThat(session.handle(Map.of("complete", "root.par", "cursor", 8L)).get("proposals"))
                .isEqualTo(List.of("parts"));

        // And a further session, in the same process, is independent of the first
        ConsoleSession second = session(hello, 2);
        assertThat(evaluate(second, "root.parts.size()")).contains("==> 2");
        assertThat(evaluate(second, "size(root)")).contains("cannot find symbol");
        session.close();
        second.close();
    }

    private ProgramLoader.Loaded load(String file) {
        CommandContext context = new CommandContext(silent(), silent(), Map.of(), folder);
        return new ProgramLoader(context, List.of(), Optional.empty(), TypedRootTest.class.getClassLoader())
                .load(new Target(new Target.SourceFile(folder.resolve(file)), Optional.empty()));
    }

    private static ConsoleSession session(ProgramLoader.Loaded loaded, long number) throws Throwable {
        Service root = ProgramLoader.instantiate(((Program.ServiceProgram) loaded.program()).type());
        return new ConsoleSession(root, loaded.loader(), number);
    }

    private static String evaluate(ConsoleSession session, String source) throws IOException {
        return new ControlResponse(session.handle(Map.of("source", source))).text("text");
    }

    private static PrintStream silent() {
        return new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    }
}
