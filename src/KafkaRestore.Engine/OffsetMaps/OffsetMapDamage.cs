using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.OffsetMaps;

/// <summary>The errors of reading a map, worded the same everywhere.</summary>
internal static class OffsetMapDamage
{
    /// <summary>A chunk or tail is not what was written.</summary>
    public static RestoreException Corrupt(string where, string what) =>
        new(ErrorCodes.StateCorrupt, $"the offset map is damaged: {what}", where);

    /// <summary>A chunk that a checkpoint counts is not there.</summary>
    public static RestoreException Missing(string where, Exception? inner = null) =>
        new(ErrorCodes.StateCorrupt, "a chunk of the offset map does not exist", where, inner: inner);
}
