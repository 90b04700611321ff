using System.CommandLine;
using System.Text;
using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary><c>submit</c>: gives a restore to a service.</summary>
internal sealed class SubmitCommand : RemoteCommand
{
    private readonly Option<string> _config = new("--config", "-c")
    {
        HelpName = "FILE",
        Description = "The configuration file (YAML; docs/configuration.md). Its variables and files are those of the service.",
        Required = true,
    };

    private readonly Option<bool> _offsetReset = new("--offset-reset") { Description = "Restore no record: lead the configuration's consumer groups to where its finished restore has put what they read." };
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until the job has ended, and end with its exit code." };
    private readonly Option<bool> _watch = new("--watch") { Description = "The same, and show how it goes." };
    private readonly Option<bool> _again = new("--again") { Description = "Begin a new job whatever an earlier one has done; the target must be empty again." };
    private readonly Option<bool> _adopt = new("--adopt") { Description = "Do not trust saved progress: compare the target with the archive from the start, then go on." };
    private readonly Option<bool> _purge = new("--purge") { Description = "Confirm restore.purge_topics: delete the records of the target topics before the first write." };
    private readonly Option<string> _key = new("--idempotency-key")
    {
        HelpName = "KEY",
        Description = "A name of your own for this submission: repeated with the same one, it is the same job.",
    };

    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public SubmitCommand()
        : base("submit", "Gives a restore, or an offset reset, to a service, which checks it and carries it out.")
    {
        Add(_config);
        Add(_offsetReset);
        Add(_wait);
        Add(_watch);
        Add(_again);
        Add(_adopt);
        Add(_purge);
        Add(_key);
        Add(_format);
        AddServer();
        Validators.Add(result =>
        {
            if (result.GetResult(_offsetReset) is not null && new[] { _again, _adopt, _purge }.FirstOrDefault(option => result.GetResult(option) is not null) is { } other)
            {
                result.AddError($"--offset-reset and {other.Name} do not go together");
            }
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore submit --config restore.yaml --watch",
        "kafka-restore submit --config restore.yaml --offset-reset --wait",
        "kafka-restore submit --config restore.yaml --idempotency-key nightly-1 --wait --format json",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "The job is planned and checked before it is accepted; what speaks against it is listed, and the exit code is 3. Accepted, it is carried out even if the service ends and begins again. " +
        "Ctrl-C while it is waited for ends the waiting, not the job.",
        "Secrets go by reference: ${NAME} or ${file:PATH}, read by the service (docs/service.md).",
    ];

    protected override async Task<ExitCode> RunAsync(IRestoreService service, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var submission = new JobSubmission
        {
            Document = Read(arguments.GetRequiredValue(_config)),
            Kind = arguments.GetValue(_offsetReset) ? JobKind.OffsetReset : JobKind.Restore,
            IdempotencyKey = arguments.GetValue(_key),
            Again = arguments.GetValue(_again),
            Adopt = arguments.GetValue(_adopt),
            Purge = arguments.GetValue(_purge),
        };
        var format = arguments.GetValue(_format);
        var (job, isNew, findings) = await service.SubmitAsync(submission, stop).ConfigureAwait(false);
        foreach (var finding in findings)
        {
            Say(finding, context.Log);
        }

        if (!isNew)
        {
            context.Log.Message($"job {job.Id} was submitted under this key before");
        }

        if (arguments.GetValue(_watch) || arguments.GetValue(_wait))
        {
            context.Log.Message($"job {job.Id} is accepted");
            return await new JobFollowing(service, context).RunAsync(job.Id, format, shows: arguments.GetValue(_watch), stop).ConfigureAwait(false);
        }

        context.Result.Write(job, format, value => JobText.Of(value, context.Result.Style));
        return ExitCode.Done;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file, Encoding.UTF8);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"the file cannot be read: {failure.Message}", file, "Check the path and its permissions.", failure);
        }
    }
}
