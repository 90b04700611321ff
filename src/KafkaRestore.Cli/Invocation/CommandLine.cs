using System.CommandLine;
using KafkaRestore.Cli.Commands;
using KafkaRestore.Cli.Commands.OffsetMaps;
using KafkaRestore.Cli.Indexing;
using KafkaRestore.Cli.Kmap;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Preparing;
using KafkaRestore.Cli.Remote;
using KafkaRestore.Cli.Resets;
using KafkaRestore.Cli.Rollback;
using KafkaRestore.Cli.Serving;
using KafkaRestore.Cli.Steering;
using KafkaRestore.Cli.Verifying;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Invocation;

/// <summary>From the process's arguments to its exit code.</summary>
internal static class CommandLine
{
    public const string ProgramName = "kafka-restore";

    /// <summary>The tree of commands.</summary>
    public static Command CreateRoot()
    {
        var root = new Command(ProgramName, "Restores archives of Apache Kafka topics into a cluster.")
        {
            new RestoreCommand(),
            new StatusCommand(),
            new AdjustCommand(),
            new ApplyPendingCommand(),
            new OffsetResetCommand(),
            new OffsetResetBulkCommand(),
            new ValidateRestoreCommand(),
            new VerifyCommand(),
            new ListCommand(),
            new DescribeCommand(),
            new ValidateCommand(),
            new IndexCommand(),
            new ShowOffsetMappingCommand(),
            new OffsetMapCommand(),
            new OffsetRollbackCommand(),
            new OffsetsCommand(),
            new ServeCommand(),
            new SubmitCommand(),
            new JobsCommand(),
            new WatchCommand(),
            new PauseCommand(),
            new ResumeCommand(),
            new CancelCommand(),
            new LimitsCommand(),
            new ReportCommand(),
            new ClusterCommand(),
            new DemoCommand(),
        };
        root.Add(new CompletionCommand(root));
        root.Add(GlobalOptions.Verbose);
        root.Add(GlobalOptions.LogFormat);
        root.Add(GlobalOptions.NoColor);
        root.Add(GlobalOptions.Help);
        root.Add(GlobalOptions.Version);
        return root;
    }

    /// <summary>Runs the program.</summary>
    public static async Task<ExitCode> RunAsync(string[] args)
    {
        var root = CreateRoot();

        // Without this, an argument that begins with @ would be read as a file of further arguments.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var style = ConsoleStyle.Detect(parsed.GetValue(GlobalOptions.NoColor));
        var format = LogFormatOption.Of(parsed);
        var log = new ConsoleLog(parsed.GetResult(GlobalOptions.Verbose)?.IdentifierTokenCount ?? 0, format == LogFormat.Json ? ConsoleStyle.Plain : style, format: format);
        var result = new ResultWriter(style);
        using var stop = new StopSignals(log);
        try
        {
            return await RunAsync(parsed, new CommandContext(result, log, TimeProvider.System), stop.Token).ConfigureAwait(false);
        }
        catch (RestoreException failure)
        {
            log.Failure(failure);
            return failure.Code.Exit;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            log.Error($"{ErrorCodes.Stopped}: stopped before the end");
            return ExitCode.Stopped;
        }
        catch (Exception defect)
        {
            log.Defect(defect);
            return ErrorCodes.Internal.Exit;
        }
    }

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.GetValue(GlobalOptions.Help))
        {
            context.Result.Write(HelpPage.Of(command));
            return ExitCode.Done;
        }

        if (WrongUse.Describe(parsed) is { } problem)
        {
            context.Log.Error(problem);
            return ExitCode.Usage;
        }

        if (command is CliCommand known)
        {
            return await known.RunAsync(parsed, context, stop).ConfigureAwait(false);
        }

        context.Result.Write(VersionPage.Text());
        return ExitCode.Done;
    }
}
