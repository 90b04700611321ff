using System.Globalization;

namespace KafkaRestore.Engine.Preflight;

/// <summary>Amounts in the words of findings.</summary>
internal static class Amounts
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Bytes.</summary>
    public static string Size(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1024 && unit < Units.Length - 1; unit++)
        {
            bytes /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#} {Units[unit]}");
    }

    /// <summary>A duration, in the largest unit that fits.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} hours"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} minutes"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} seconds"),
    };

    /// <summary>A setting in milliseconds; those beyond any calendar count as its end.</summary>
    public static string Duration(long milliseconds) => Duration(TimeSpan.FromMilliseconds(Math.Min(milliseconds, TimeSpan.MaxValue.TotalMilliseconds / 2)));

    /// <summary>A day, of epoch milliseconds.</summary>
    public static string Day(long timestamp) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(timestamp, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The first ten of a list.</summary>
    public static string Some(IReadOnlyCollection<string> names) => string.Join(", ", names.Take(10)) + (names.Count > 10 ? ", …" : "");
}
