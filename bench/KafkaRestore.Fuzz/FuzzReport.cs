using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaRestore.Fuzz;

/// <summary>What a run found.</summary>
public sealed partial class FuzzReport
{
    private readonly HashSet<string> _messages = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _outcomes = new(StringComparer.Ordinal);

    /// <summary>Where the random numbers started.</summary>
    public required int Seed { get; init; }

    /// <summary>How many different messages came, numbers aside: how deep the damage went.</summary>
    public int Messages => _messages.Count;

    /// <summary>Cases run.</summary>
    public long Iterations { get; private set; }

    /// <summary>How often each outcome came: a target and <c>read</c> or an error code.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => _outcomes;

    /// <summary>What must not be, and how to see it again; null when all went well.</summary>
    public string? Failure { get; internal set; }

    /// <summary>Largest working set seen, in bytes.</summary>
    public long PeakWorkingSet { get; internal set; }

    /// <summary>Prints all of it.</summary>
    public void WriteTo(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: {Iterations} cases, {_outcomes.Count} kinds of outcome, {Messages} messages, peak working set {PeakWorkingSet >> 20} MiB"));
        foreach (var (outcome, count) in _outcomes)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {outcome,-36} {count}"));
        }

        output.WriteLine(Failure is null ? "nothing but clean errors and whole reads" : $"FAILED: {Failure}");
    }

    internal void Count(string outcome, string message = "")
    {
        Iterations++;
        _messages.Add(Number().Replace(message, "#"));
        _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
    }

    // Quoted texts come from the damage itself.
    [GeneratedRegex("'[^']*'|[0-9a-fA-F]*[0-9][0-9a-fA-F]*")]
    private static partial Regex Number();
}
