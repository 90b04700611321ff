using KafkaRestore.Engine.Preparation.Journal;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preparation;

/// <summary>What became of the settings that were set aside.</summary>
/// <param name="PutBack">Topics whose settings are final now.</param>
/// <param name="Gone">Topics that no longer exist: nothing is left to put back.</param>
/// <param name="Failures">By topic why its settings are still set aside.</param>
public sealed record PutBackOutcome(IReadOnlyList<JournaledTopic> PutBack, IReadOnlyList<JournaledTopic> Gone, IReadOnlyDictionary<string, RestoreException> Failures)
{
    /// <summary>Nothing was set aside.</summary>
    public static PutBackOutcome Nothing { get; } = new([], [], new Dictionary<string, RestoreException>());
}
