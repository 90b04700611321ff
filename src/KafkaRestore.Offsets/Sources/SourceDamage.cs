using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources;

/// <summary>Failures of reading group offsets that were written down.</summary>
internal static class SourceDamage
{
    public const string WhatCanBeGiven =
        "What can be read: consumer-groups-snapshot.json of an archive, a file of kmap or of `offsets export`, a snapshot.json of offset-rollback, the output of " +
        "`kafka-consumer-groups.sh --describe`, lines of group,topic,partition,offset, a directory with one of them, or a live cluster (kafka://host:port).";

    /// <summary>The content is damaged or no such file.</summary>
    /// <param name="where">The file or object.</param>
    /// <param name="place">The line or field in it; null for all of it.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="inner">The cause.</param>
    public static RestoreException Of(string where, string? place, string what, Exception? inner = null) =>
        new(ErrorCodes.GroupFileInvalid, what, place is null ? where : $"{where}, {place}", inner: inner);

    /// <summary>The content is something else.</summary>
    public static RestoreException NoSource(string where, string what, Exception? inner = null) => new(ErrorCodes.GroupFileInvalid, what, where, WhatCanBeGiven, inner);

    /// <summary>More than the limits allow.</summary>
    public static RestoreException TooMuch(string where, string what) =>
        new(ErrorCodes.GroupFileInvalid, what, where, "No cluster has that many; the file is damaged, or must be taken apart by groups.");
}
