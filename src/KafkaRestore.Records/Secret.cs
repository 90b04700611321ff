namespace KafkaRestore.Records;

/// <summary>A value that must never be shown: its text forms say only that it is there.</summary>
public readonly struct Secret : IEquatable<Secret>
{
    private readonly string? _value;

    /// <summary>Wraps <paramref name="value"/>.</summary>
    public Secret(string? value) => _value = value;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(_value);

    /// <summary>The value itself, for the one place that needs it.</summary>
    public string Reveal() => _value ?? "";

    /// <inheritdoc/>
    public bool Equals(Secret other) => string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Secret other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : 1;

    /// <inheritdoc/>
    public override string ToString() => IsEmpty ? "(none)" : "***";
}
