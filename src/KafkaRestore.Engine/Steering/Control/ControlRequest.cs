namespace KafkaRestore.Engine.Steering.Control;

/// <summary>The control file: what a run is asked to change.</summary>
internal sealed record ControlRequest
{
    /// <summary>Always <see cref="ControlFormat.Name"/>.</summary>
    public required string Format { get; init; }

    /// <summary>Version of the format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Number of the request, counted from 1 in each run.</summary>
    public required long Request { get; init; }

    /// <summary>The run that is meant.</summary>
    public required ControlledRun Run { get; init; }

    /// <summary>Limits by key; null is no limit. What is not named stays.</summary>
    public required IReadOnlyDictionary<string, long?> Limits { get; init; }
}
