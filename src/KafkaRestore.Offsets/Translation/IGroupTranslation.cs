using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Translation;

/// <summary>From what groups have committed at their source cluster to where they go on at the target.</summary>
public interface IGroupTranslation
{
    /// <summary>The strategy's name, as the configuration has it; <c>map</c> for an offset map.</summary>
    string Strategy { get; }

    /// <summary>Translates groups; one answer each, in their order. Never interpolates, and never gives an offset behind a record that the group has not read.</summary>
    /// <exception cref="Records.Errors.RestoreException">A map, the archive or the target cannot be read.</exception>
    Task<IReadOnlyList<TranslatedGroup>> TranslateAsync(IReadOnlyList<SourceGroup> groups, CancellationToken cancellationToken);
}
