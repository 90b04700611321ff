using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Kafka;
using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Cli.Resets;

/// <summary>Which groups are to be reset, from what, and how.</summary>
internal sealed record ResetRequest
{
    /// <summary>The target.</summary>
    public required KafkaConnectionOptions Target { get; init; }

    /// <summary>Which groups.</summary>
    public required GroupSelection Groups { get; init; }

    /// <summary>The restore, where a configuration says it.</summary>
    public RestoreOptions? Restore { get; init; }

    /// <summary>Where the archives are, where no configuration says it.</summary>
    public string? Path { get; init; }

    /// <summary>The archive, where no configuration says it.</summary>
    public string? BackupId { get; init; }

    /// <summary>The state whose map is used; null: it is looked for.</summary>
    public string? StateFile { get; init; }

    /// <summary>Where states are looked for; null: where they usually are.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>The offset report whose map is used; null for none.</summary>
    public string? Report { get; init; }

    /// <summary>Where the groups' source offsets are; null: in the archive.</summary>
    public string? OffsetsFrom { get; init; }

    /// <summary><c>map</c>, <c>header-based</c>, <c>timestamp-based</c>, <c>cluster-scan</c>.</summary>
    public required string Strategy { get; init; }

    /// <summary>The archive's id; null when none is named.</summary>
    public string? Archive => Restore?.BackupId ?? BackupId;

    /// <summary>The restore as far as it is known: without a configuration one that keeps all names. Null when no archive is named.</summary>
    public RestoreOptions? Options => Restore ?? (Path is null || BackupId is null ? null : new RestoreOptions { BackupId = BackupId, Storage = StorageUrl.Parse(Path), Target = Target });
}
