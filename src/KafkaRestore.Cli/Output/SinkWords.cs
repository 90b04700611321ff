namespace KafkaRestore.Cli.Output;

/// <summary>How records are produced, in words.</summary>
internal static class SinkWords
{
    /// <summary>Such as <c>batch sink, fenced (the target allows it)</c>; null when no sink is known.</summary>
    public static string? Text(string? sink, string? delivery, string? reason) => sink is null ? null : $"{sink} sink, {delivery} ({reason})";
}
