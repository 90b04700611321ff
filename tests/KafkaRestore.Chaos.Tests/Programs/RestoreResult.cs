using System.Text.Json;

namespace KafkaRestore.Chaos.Tests.Programs;

/// <summary>How a run of the program ended.</summary>
internal sealed record RestoreResult(int Exit, string Out, string Error)
{
    /// <summary>The report on stdout (<c>--format json</c>).</summary>
    public JsonElement Report => JsonSerializer.Deserialize<JsonElement>(Out);

    /// <summary>What failed, as the report names it.</summary>
    public IReadOnlyList<string> Errors => [.. Report.GetProperty("errors").EnumerateArray().Select(error => error.GetString()!)];

    /// <summary>The result, with everything that was said where the exit code is another one.</summary>
    public RestoreResult MustExit(int expected)
    {
        Assert.True(Exit == expected, $"exit code {Exit}, expected {expected}\nstdout:\n{Out}\nstderr:\n{Error}");
        return this;
    }

    /// <summary>A counter of the report.</summary>
    public long Count(string name) => Report.GetProperty(name).GetInt64();
}
