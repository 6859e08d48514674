package dev.ginkgo.run.cli.credentials;

import dev.ginkgo.run.cli.option.DurationConverter;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ginkgo cert}: creates certificates for development and for tests. */
@Command(
        sortOptions = false,
        description = {
            "Creates a certificate for a hub, for development and for tests.",
            "Writes ca.pem, which clients trust, fullchain.pem and privkey.pem for the hub, and ca-key.pem, with which"
                    + " further certificates are signed if it is there."
        },
        footer = {"", "Example: ginkgo cert --out certs localhost 127.0.0.1"})
public final class CertCommand implements Callable<Integer> {
    private static final Duration DEFAULT_VALIDITY = Duration.ofDays(365);
    private static final Duration MAX_VALIDITY = Duration.ofDays(3_650);
    private static final List<String> LOCALHOST = List.of("localhost", "127.0.0.1", "::1");
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");
    private static final Pattern DNS_NAME =
            Pattern.compile("(?=.{1,253}$)(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
                    + "(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");

    private final CommandContext commandContext;

    @Parameters(
            arity = "0..*",
            paramLabel = "HOST",
            description = "Names and addresses of the hub (default: localhost 127.0.0.1 ::1).")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "PATH",
            description = "Folder for the files; it is created if necessary (default: this folder).")
    private @Nullable Path out;

    @Option(
            names = "--valid",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long the certificate is valid, from 1d to 3650d (default: 365d).")
    private Duration valid = DEFAULT_VALIDITY;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Prints this help.")
    @SuppressWarnings("UnusedVariable") // read by picocli
    private boolean help;

    public CertCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<String> names = (hosts.isEmpty() ? LOCALHOST : hosts)
                .stream().map(CertCommand::alternativeName).toList();
        if (valid.compareTo(Duration.ofDays(1)) < 0 || valid.compareTo(MAX_VALIDITY) > 0) {
            throw new CommandException(ExitCode.USAGE, "--valid must be from 1d to 3650d");
        }
        Path folder = out == null
                ? commandContext.directory()
                : commandContext.directory().resolve(out);
        try {
            Files.createDirectories(folder);
            DevelopmentCertificates certificates = new DevelopmentCertificates(folder);
            certificates.requireNew();
            certificates.create(names, valid.toDays());
        } catch (IOException | GeneralSecurityException e) {
            throw new CommandException(ExitCode.CANNOT_CREATE, "cannot create a certificate in " + folder + ": " + e);
        }
        print(folder);
        return ExitCode.OK.number();
    }

    private void print(Path folder) {
        List.of(
                        "created a certificate for " + String.join(", ", hosts.isEmpty() ? LOCALHOST : hosts),
                        "",
                        "  [hub.http.tls]",
                        "  certificate = \"" + folder.resolve(DevelopmentCertificates.CERTIFICATE) + "\"",
                        "  key = \"" + folder.resolve(DevelopmentCertificates.KEY) + "\"",
                        "",
                        "  clients trust " + folder.resolve(DevelopmentCertificates.AUTHORITY)
                                + ": curl --cacert, ginkgo sub --cacert")
                .forEach(commandContext.out()::println);
        commandContext.out().flush();
    }

    /** Returns a host as {@code keytool} expects it. */
    private static String alternativeName(String host) {
        if (ADDRESS.matcher(host).matches()) {
            return "ip:" + host;
        }
        if (DNS_NAME.matcher(host).matches()) {
            return "dns:" + host;
        }
        throw new CommandException(
                ExitCode.USAGE, "\"" + host + "\" is neither a host name such as hub.example.org nor an address");
    }
}
