using System.Text;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration.Binding;
using KafkaRestore.Configuration.Expansion;
using KafkaRestore.Configuration.Rules;
using KafkaRestore.Configuration.Yaml;
using KafkaRestore.Engine.Options;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration;

/// <summary>
/// Reads a configuration file: YAML, variables, the table of keys, what keys say together. Reports every problem at once and throws
/// for none. Immutable; may be used by many threads at once.
/// </summary>
/// <param name="source">Where variables and files come from; null: this process and machine.</param>
/// <param name="secretsByReference">Whether a secret that is written out is a problem: what is read here is kept, and shown to others.</param>
public sealed class ConfigurationReader(IExpansionSource? source = null, bool secretsByReference = false)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly IExpansionSource _source = source ?? new EnvironmentExpansionSource();

    /// <summary>Reads a file of this machine, at most 1 MiB of UTF-8.</summary>
    /// <param name="path">Its path; messages show it.</param>
    public ConfigurationResult ReadFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return Read(Utf8.GetString(BoundedFile.Read(path, YamlLimits.FileSize)), path);
        }
        catch (DecoderFallbackException)
        {
            return Fail(path, "the file is not UTF-8 text", "Save it as UTF-8.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Fail(path, $"the file cannot be read: {BoundedFile.Reason(failure)}", "Check the path and its permissions.");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The whole file, at most 1,048,576 characters.</param>
    /// <param name="fileName">How messages call it.</param>
    public ConfigurationResult Read(string text, string fileName)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(fileName);
        if (text.Length > YamlLimits.FileSize)
        {
            return Fail(fileName, $"the file is larger than {YamlLimits.FileSize} characters", "This is hardly a configuration file; check the path.");
        }

        var problems = new ProblemList();
        var context = new BindingContext(new Expander(_source), problems) { SecretsByReference = secretsByReference };
        try
        {
            var root = YamlTreeReader.Read(text.TrimStart('\uFEFF'), problems);
            Binder.Bind(root, context);
        }
        catch (YamlSyntaxException fault)
        {
            problems.Add(Problems.Syntax(fault));
            return Failed(fileName, problems);
        }

        if (problems.IsFull)
        {
            // The rest of the file was not read, so nothing can be said about keys together.
            return Failed(fileName, problems);
        }

        RequiredRules.Check(context);
        SecurityRules.Check(context);
        RestoreRules.Check(context);
        var storage = StorageRules.Check(context);
        return problems.IsEmpty
            ? new ConfigurationResult(fileName, Build(context, storage!), [])
            : Failed(fileName, problems);
    }

    private static RestoreConfiguration Build(BindingContext context, StorageOptions storage)
    {
        var draft = context.Draft;
        return new RestoreConfiguration
        {
            Options = new RestoreOptions
            {
                BackupId = draft.BackupId!,
                Storage = storage,
                Target = draft.Target with { Security = draft.Security },
                Selection = draft.Selection,
                Mapping = draft.Mapping,
                Headers = draft.Headers,
                Preparation = draft.Preparation,
                Delivery = draft.Delivery,
                Execution = draft.Execution,
                State = draft.DryRun ? null : draft.State,
                TrustSegments = draft.TrustSegments,
                Skips = draft.Skips,
                DryRun = draft.DryRun,
            },
            Groups = draft.Groups,
            ReportPath = draft.ReportPath,
            OffsetReportPath = draft.OffsetReportPath,
            OffsetReportFormat = draft.OffsetReportFormat,
            Metrics = context.IsSet("metrics") ? draft.Metrics : null,
            Notices = context.NoticesInOrder(),
        };
    }

    private static ConfigurationResult Failed(string fileName, ProblemList problems) =>
        new(fileName, null, problems.InOrder(), problems.Dropped);

    private static ConfigurationResult Fail(string fileName, string what, string hint) =>
        new(fileName, null, [new ConfigurationProblem(ErrorCodes.ConfigInvalid, "", 0, 0, what, hint)]);
}
