using System.Globalization;

namespace KafkaRestore.Jobs.Output;

/// <summary>Numbers, sizes and times as a person reads them, the same on every machine.</summary>
internal static class Show
{
    private static readonly string[] Units = ["KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>A count: <c>1,234,567</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count and what is counted: <c>1 record</c>, <c>2 records</c>.</summary>
    public static string Count(long count, string what) => $"{Count(count)} {what}{(count == 1 ? "" : "s")}";

    /// <summary>A size: <c>12 B</c>, <c>3.4 MiB</c>.</summary>
    public static string Size(double bytes)
    {
        if (bytes < 1024)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(bytes)} B");
        }

        var unit = -1;
        while (bytes >= 1024 && unit < Units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes:#,0.0} {Units[unit]}");
    }

    /// <summary>A record's or an archive's time, epoch milliseconds: <c>2026-01-01 00:00:00Z</c>; -1 is none.</summary>
    public static string Time(long milliseconds)
    {
        if (milliseconds == -1)
        {
            return "no time";
        }

        // .NET's calendar ends with the year 9999; a record's timestamp need not.
        return milliseconds is < -62_135_596_800_000 or > 253_402_300_799_999
            ? $"{milliseconds.ToString(CultureInfo.InvariantCulture)} ms"
            : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>A range of times.</summary>
    public static string Times(long first, long last) => $"{Time(first)} to {Time(last)}";

    /// <summary>A range of offsets, to be copied: without separators.</summary>
    public static string Offsets(long? first, long? last) =>
        first is { } from && last is { } to ? string.Create(CultureInfo.InvariantCulture, $"{from}-{to}") : "none";

    /// <summary>A duration: <c>0.4 s</c>, <c>12 s</c>, <c>3:25</c>, <c>1:02:03</c>, <c>2 d 1:02:03</c>.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 10 } => duration.TotalSeconds.ToString("0.0 's'", CultureInfo.InvariantCulture),
        { TotalMinutes: < 1 } => duration.TotalSeconds.ToString("0 's'", CultureInfo.InvariantCulture),
        { TotalHours: < 1 } => duration.ToString("m\\:ss", CultureInfo.InvariantCulture),
        { TotalDays: < 1 } => duration.ToString("h\\:mm\\:ss", CultureInfo.InvariantCulture),
        _ => duration.ToString("d' d 'h\\:mm\\:ss", CultureInfo.InvariantCulture),
    };

    /// <summary>A share of 1 as a percentage with one digit, never rounded up to 100.</summary>
    public static string Percent(double share) =>
        (Math.Floor(Math.Clamp(share, 0, 1) * 1000) / 10).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
