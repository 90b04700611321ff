namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>Words of a broker or token server, fit to be shown.</summary>
internal static class BrokerText
{
    private const int Most = 300;

    /// <summary>The text on one line, without control characters, shortened.</summary>
    public static string Of(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "no reason given";
        }

        var shown = new string([.. text.Take(Most).Select(static c => char.IsControl(c) ? ' ' : c)]).Trim().TrimEnd('.');
        return text.Length > Most ? $"{shown}…" : shown;
    }
}
