using System.CommandLine;
using KafkaRestore.Records.Errors;
using KafkaRestore.Silo;

var command = new SiloCommand();

// Without this, an argument that begins with @ would be read as a file of further arguments.
var parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
var log = new ConsoleLog(0, ConsoleStyle.Detect(plain: false), format: parsed.Errors.Count == 0 ? command.FormatOf(parsed) : LogFormat.Text);
if (parsed.Errors.Count == 0 && parsed.Action != command.Action)
{
    return await parsed.InvokeAsync().ConfigureAwait(false);
}

if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        log.Error($"{ErrorCodes.Usage}: {error.Message}");
    }

    log.Message("See `kafka-restore-silo --help`.");
    return (int)ExitCode.Usage;
}

using var stop = new StopSignals(log);
try
{
    return (int)await command.RunAsync(parsed, log, stop.Token).ConfigureAwait(false);
}
catch (RestoreException failure)
{
    log.Failure(failure);
    return (int)failure.Code.Exit;
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
{
    return (int)ExitCode.Done;
}
catch (Exception defect)
{
    log.Defect(defect);
    return (int)ExitCode.Unexpected;
}
