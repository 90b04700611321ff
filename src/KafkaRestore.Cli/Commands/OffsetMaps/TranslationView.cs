using KafkaRestore.Engine.OffsetMaps.Translation;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary>The result of <c>offset-map translate</c>.</summary>
/// <param name="Translations">Where to go on, one for each target partition.</param>
/// <param name="Unknown">What has no answer.</param>
internal sealed record TranslationView(IReadOnlyList<TranslationRow> Translations, IReadOnlyList<UnknownRow> Unknown)
{
    public static TranslationView Of(Translations answer) => new(
        [.. answer.Found.Select(TranslationRow.Of)],
        [.. answer.Unknown.Select(unknown => new UnknownRow(unknown.Position.Source.Topic, unknown.Position.Source.Partition, unknown.Position.Offset, unknown.Reason))]);
}

/// <summary>Where to go on in one target partition.</summary>
/// <param name="TargetTopic">Target topic.</param>
/// <param name="TargetPartition">Target partition.</param>
/// <param name="TargetOffset">Target offset.</param>
/// <param name="Label"><c>exact</c>, <c>bounded</c> or <c>approximate</c>.</param>
/// <param name="AtEnd">Whether it is one behind the last restored record.</param>
/// <param name="ReadAgain">Records at or behind it that have been read already, at most.</param>
/// <param name="Sources">What was asked.</param>
/// <param name="OtherSources">Sources of the target partition that were not asked about, as <c>topic/partition</c>.</param>
internal sealed record TranslationRow(
    string TargetTopic, int TargetPartition, long TargetOffset, TranslationLabel Label, bool AtEnd, long ReadAgain, IReadOnlyList<AskedRow> Sources, IReadOnlyList<string> OtherSources)
{
    public static TranslationRow Of(TargetPosition position) => new(
        position.Target.Topic,
        position.Target.Partition,
        position.Offset,
        position.Label,
        position.IsEnd,
        position.ReadAgain,
        [.. position.From.Select(from => new AskedRow(from.Position.Source.Topic, from.Position.Source.Partition, from.Position.Offset, from.RecordOffset))],
        [.. position.NotAsked.Select(source => source.ToString())]);
}

/// <summary>A source offset that was asked for.</summary>
/// <param name="SourceTopic">Source topic.</param>
/// <param name="SourcePartition">Source partition.</param>
/// <param name="SourceOffset">Source offset.</param>
/// <param name="RecordOffset">Source offset of the first surviving record at or after it; null when there is none or it is not known.</param>
internal sealed record AskedRow(string SourceTopic, int SourcePartition, long SourceOffset, long? RecordOffset);

/// <summary>A source offset that has no answer.</summary>
/// <param name="SourceTopic">Source topic.</param>
/// <param name="SourcePartition">Source partition.</param>
/// <param name="SourceOffset">Source offset.</param>
/// <param name="Reason">Why.</param>
internal sealed record UnknownRow(string SourceTopic, int SourcePartition, long SourceOffset, string Reason);
