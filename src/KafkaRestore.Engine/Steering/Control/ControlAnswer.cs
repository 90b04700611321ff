namespace KafkaRestore.Engine.Steering.Control;

/// <summary>What a run says of its limits.</summary>
internal sealed record ControlAnswer
{
    /// <summary>Always <see cref="ControlFormat.Name"/>.</summary>
    public required string Format { get; init; }

    /// <summary>Version of the format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>The run that says so.</summary>
    public required ControlledRun Run { get; init; }

    /// <summary>The last request that it has answered; 0 before the first.</summary>
    public required long Request { get; init; }

    /// <summary>Why that request was refused; null when it was not.</summary>
    public required ControlRefusal? Refused { get; init; }

    /// <summary>The limits before that request.</summary>
    public required RunLimits Before { get; init; }

    /// <summary>The limits that hold.</summary>
    public required RunLimits Limits { get; init; }

    /// <summary>When this was written, epoch milliseconds.</summary>
    public required long Time { get; init; }
}

/// <summary>Why a request was refused.</summary>
/// <param name="What">What is wrong.</param>
/// <param name="Where">The configuration key.</param>
/// <param name="Hint">What to do.</param>
internal sealed record ControlRefusal(string What, string? Where, string? Hint);
