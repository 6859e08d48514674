package dev.ginkgo.run.cli.credentials;

import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.run.cli.option.DurationConverter;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.time.TimeSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code ginkgo token}: creates a token for a user of a hub. The entry for the users file, which contains only the hash of
 * the token, is the output; the token is printed as a diagnostic, so that {@code >> users.toml} does not store it.
 */
@Command(
        sortOptions = false,
        description = {
            "Creates a token for a user of a hub, and prints the entry for the users file.",
            "The entry contains the hash of the token. The token itself is shown once, or written to a file."
        },
        footer = {"", "Example: ginkgo token alice --subscribe '/room/>' --out alice.token >> users.toml"})
public final class TokenCommand implements Callable<Integer> {
    private static final int TOKEN_BYTES = 32;
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9._@-]{1,100}");
    private static final Pattern BARE_KEY = Pattern.compile("[A-Za-z0-9_-]+");

    private final CommandContext commandContext;

    @Parameters(index = "0", paramLabel = "USER", description = "Name of the user, in the log and for limits.")
    private String user = "";

    @Option(
            names = "--publish",
            paramLabel = "CHANNEL",
            description = "Channel or pattern that the user may publish to, such as /room/7; may be repeated.")
    private List<String> publish = new ArrayList<>();

    @Option(
            names = "--subscribe",
            paramLabel = "CHANNEL",
            description = "Channel or pattern that the user may subscribe to, such as '/room/>'; may be repeated.")
    private List<String> subscribe = new ArrayList<>();

    @Option(names = "--admin", description = "Grants the pages for operators, such as /-/metrics and the dashboard.")
    private boolean admin;

    @Option(
            names = "--valid",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long the token is valid, such as 90d (default: no limit).")
    private @Nullable Duration valid;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "New file for the token, which only you can read. Without it, the token is shown.")
    private @Nullable Path out;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Prints this help.")
    @SuppressWarnings("UnusedVariable") // read by picocli
    private boolean help;

    public TokenCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public Integer call() {
        String entry = entryWithoutHash();
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Path file = out;
        if (file == null) {
            commandContext.printError("token of " + user + ", which is not shown again: " + token);
        } else {
            SecretFile.create(commandContext.directory().resolve(file), token + "\n");
        }
        commandContext.out().print(entry.replace("HASH", sha256(token)));
        commandContext.out().flush();
        return ExitCode.OK.number();
    }

    /** Returns the table of the user; checks all arguments before anything is created. */
    private String entryWithoutHash() {
        if (!USER.matcher(user).matches()) {
            throw usage("\"" + user + "\" is not a name of a user: it may have up to 100 letters, digits, and . _ @ -");
        }
        try {
            Grant.of(publish, subscribe, admin);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        StringBuilder entry = new StringBuilder();
        String key = BARE_KEY.matcher(user).matches() ? user : "\"" + user + "\"";
        entry.append('[').append(key).append("]\nsha256 = \"HASH\"\n");
        appendList(entry, "publish", publish);
        appendList(entry, "subscribe", subscribe);
        if (admin) {
            entry.append("admin = true\n");
        }
        if (valid != null) {
            entry.append("expires = ").append(expiry(valid)).append('\n');
        }
        return entry.toString();
    }

    private static Instant expiry(Duration valid) {
        try {
            return TimeSource.system().now().plus(valid).truncatedTo(ChronoUnit.SECONDS);
        } catch (DateTimeException | ArithmeticException e) {
            throw usage("--valid is too long; omit it for a token that does not expire");
        }
    }

    /** Appends a list of channels as TOML. */
    private static void appendList(StringBuilder entry, String key, List<String> channels) {
        if (!channels.isEmpty()) {
            List<String> quoted = channels.stream()
                    .map(each -> "\"" + each.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
                    .toList();
            entry.append(key).append(" = [").append(String.join(", ", quoted)).append("]\n");
        }
    }

    private static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }

    private static String sha256(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
