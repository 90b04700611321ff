using System.Collections.Concurrent;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Whether every object is there, in the right size, and in a class from which it can be read now.</summary>
internal sealed class ObjectPresenceCheck : IPreflightCheck
{
    private const int AtOnce = 32;

    // Of these a read is billed, or they are copies that the storage takes away again.
    private static readonly HashSet<string> Billed = new(StringComparer.OrdinalIgnoreCase) { "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR", "STANDARD_IA", "ONEZONE_IA" };

    /// <inheritdoc/>
    public async ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken)
    {
        var found = new ConcurrentBag<Finding>();
        var classes = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var check = new ObjectCheck(context.Options, context.Storage);
        try
        {
            await check.RunAsync(context.Segments.First, AtOnce, Tell, cancellationToken, See).ConfigureAwait(false);
        }
        catch (RestoreException)
        {
            context.StorageAnswers = false;
            throw;
        }

        var findings = found.OrderBy(static finding => finding.Where, StringComparer.Ordinal).ToList();
        findings.AddRange(classes.Where(static pair => Billed.Contains(pair.Key)).OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair =>
            FindingKinds.StorageClass.Warning($"{pair.Value} object(s) rest in the storage class {pair.Key}: they can be read now, and the storage may bill each read", hint: "Check what reading them costs, and until when restored copies are kept.")));
        if (!context.Segments.IsAll)
        {
            findings.Add(FindingKinds.ObjectsLater.Info("the job goes on: the objects of the segments that come next were looked for, those behind them are while it runs"));
        }

        return findings;

        void See(StorageEntry entry)
        {
            if (entry.StorageClass is { } name)
            {
                classes.AddOrUpdate(name, 1, static (_, count) => count + 1);
            }
        }

        void Tell(Finding finding)
        {
            found.Add(finding);
            context.Lost.TryAdd(finding.Where!, 0);
        }
    }
}
