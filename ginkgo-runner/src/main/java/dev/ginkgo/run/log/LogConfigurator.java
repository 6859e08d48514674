package dev.ginkgo.run.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.ginkgo.ConfigSection;
import dev.ginkgo.Setting;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.Size;
import dev.ginkgo.config.ValidationResult;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExceptionPrinter;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Configures Logback from the table {@code [log]}. If the user has a Logback file ({@code
 * -Dlogback.configurationFile}, or {@code logback.xml} on the user's class path), the table is ignored. The level
 * follows reloads.
 */
public final class LogConfigurator {
    /** Log levels, with the names of Logback. */
    enum LogLevel {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR,
        OFF
    }

    /** Format of log lines. */
    enum LogFormat {
        TEXT,
        JSON
    }

    private final ConfigSection configSection = new ConfigSection("log");
    private final LoggerContext context;
    private final Optional<URL> userConfiguration;
    private final ExceptionPrinter exceptionPrinter;
    private final Setting<Size> maxSize;
    private final Setting<Integer> keep;

    /**
     * @param loader the loader of the user's classes, searched for a Logback file
     * @param exceptionPrinter formats exceptions in text; JSON has complete stack traces
     */
    public LogConfigurator(URLClassLoader loader, ExceptionPrinter exceptionPrinter) {
        this.exceptionPrinter = exceptionPrinter;
        context = (LoggerContext) LoggerFactory.getILoggerFactory();
        userConfiguration = userConfiguration(loader);
        configSection
                .setting("level", LogLevel.INFO)
                .help("The minimum level of log lines, from trace (everything) to off (nothing)")
                .onChange((old, now) -> level(now.name()));
        configSection
                .setting("file", Path.of(""))
                .help("The log file, which is appended to; empty for standard error")
                .restartRequired();
        maxSize = configSection
                .setting("max-size", Size.ofMebibytes(64))
                .help("The size at which the log file is rotated to NAME.1; 0B for no rotation");
        keep = configSection.setting("keep", 5).between(0, 1000).help("The number of rotated log files to keep");
        configSection
                .setting("format", LogFormat.TEXT)
                .help("text, or json for one object per line")
                .restartRequired();
    }

    /** Returns the settings, for the builder of the tree. */
    public ConfigSection table() {
        return configSection;
    }

    /** Configures the defaults: text at level info to standard error. */
    public void configureDefaults() {
        set("info", console(), "text", false);
    }

    /**
     * Configures Logback from the settings, before any service is started.
     *
     * @param pathResolver called each time before the log file is opened
     * @return the log file, if one is configured
     */
    public Optional<RotatingLogFile> configure(
            ValidationResult validationResult, Path directory, RotatingLogFile.PathResolver pathResolver) {
        Optional<Path> file = file(validationResult).map(directory::resolve);
        if (file.isEmpty() || userConfiguration.isPresent()) {
            set(value(validationResult, "log.level"), console(), value(validationResult, "log.format"), false);
            return Optional.empty();
        }
        FileAppender<ILoggingEvent> appender;
        try {
            appender = file(pathResolver.resolve(file.get()));
        } catch (IOException e) {
            throw new CommandException(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()));
        }
        set(value(validationResult, "log.level"), appender, value(validationResult, "log.format"), true);
        return Optional.of(new RotatingLogFile(
                file.get(), path -> appender.openFile(pathResolver.resolve(path).toString())));
    }

    /**
     * Configures Logback for a daemon. Standard output and error also go to the log file.
     *
     * @param defaultFile the log file if none is configured
     * @param pathResolver called each time before the log file is opened
     */
    public RotatingLogFile configureDaemon(
            ValidationResult validationResult,
            Path directory,
            Path defaultFile,
            RotatingLogFile.PathResolver pathResolver) {
        StandardStreams standardStreams = new StandardStreams();
        RotatingLogFile log = new RotatingLogFile(
                file(validationResult).map(directory::resolve).orElse(defaultFile), file -> {
                    Path path = pathResolver.resolve(file);
                    createFolder(path);
                    standardStreams.appendTo(path);
                });
        try {
            log.reopen();
        } catch (IOException e) {
            throw new CommandException(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()));
        }
        set(value(validationResult, "log.level"), console(), value(validationResult, "log.format"), true);
        return log;
    }

    /** Creates the folder of the log, as Logback does. */
    private static void createFolder(Path file) {
        try {
            Path folder = file.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            // then opening the file fails too, and reports it
        }
    }

    /**
     * Rotates the file if it exceeds the configured size.
     *
     * @throws IOException if that fails, or the disk is full
     */
    public void rotate(RotatingLogFile log) throws IOException {
        log.rotate(maxSize.get().bytes(), keep.get());
        LogSpace.require(log.path(), LogSpace::ofSystem);
    }

    private void set(String level, OutputStreamAppender<ILoggingEvent> appender, String format, boolean dates) {
        context.reset();
        if (userConfiguration.isPresent()) {
            load(userConfiguration.get());
            return;
        }
        appender.setContext(context);
        appender.setName("ginkgo");
        appender.setEncoder(encoder(format, dates));
        appender.start();
        if (!appender.isStarted()) {
            String file = appender instanceof FileAppender<?> written ? written.getFile() : "standard error";
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    "log.file: cannot open " + file + " for appending; check its folder and mode");
        }
        root().addAppender(appender);
        level(level);
    }

    private void level(String name) {
        if (userConfiguration.isEmpty()) {
            root().setLevel(Level.toLevel(name, Level.INFO));
        }
    }

    private Encoder<ILoggingEvent> encoder(String format, boolean dates) {
        Encoder<ILoggingEvent> encoder;
        if (format.equalsIgnoreCase(LogFormat.JSON.name())) {
            encoder = new JsonEncoder();
        } else {
            TextLayout layout = new TextLayout(exceptionPrinter, dates, TimeZone.getDefault());
            layout.setContext(context);
            layout.start();
            LayoutWrappingEncoder<ILoggingEvent> wrapping = new LayoutWrappingEncoder<>();
            wrapping.setLayout(layout);
            encoder = wrapping;
        }
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static OutputStreamAppender<ILoggingEvent> console() {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setTarget("System.err");
        return console;
    }

    private static FileAppender<ILoggingEvent> file(Path path) {
        FileAppender<ILoggingEvent> file = new FileAppender<>();
        file.setFile(path.toString());
        file.setAppend(true);
        return file;
    }

    private void load(URL configuration) {
        JoranConfigurator joran = new JoranConfigurator();
        joran.setContext(context);
        try {
            joran.doConfigure(configuration);
        } catch (JoranException e) {
            throw new CommandException(
                    ExitCode.CONFIGURATION, "Logback cannot use " + configuration + ": " + e.getMessage());
        }
    }

    private Logger root() {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static Optional<String> file(ValidationResult validationResult) {
        return Optional.of(value(validationResult, "log.file")).filter(file -> !file.isEmpty());
    }

    private static String value(ValidationResult validationResult, String key) {
        return validationResult.settings().stream()
                .filter(setting -> setting.fullKey().equals(key))
                .map(SettingInfo::value)
                .findFirst()
                .orElse("");
    }

    private static Optional<URL> userConfiguration(URLClassLoader loader) {
        String named = System.getProperty("logback.configurationFile");
        if (named != null) {
            return Files.exists(Path.of(named)) ? url(Path.of(named)) : Optional.ofNullable(loader.getResource(named));
        }
        return Stream.of("logback-test.xml", "logback.xml")
                .flatMap(name -> Stream.ofNullable(loader.findResource(name)))
                .findFirst();
    }

    private static Optional<URL> url(Path file) {
        try {
            return Optional.of(file.toUri().toURL());
        } catch (java.net.MalformedURLException e) {
            return Optional.empty();
        }
    }
}
