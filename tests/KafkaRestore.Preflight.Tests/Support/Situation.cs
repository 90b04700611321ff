using KafkaRestore.Engine.Preflight;

namespace KafkaRestore.Preflight.Tests.Support;

/// <summary>A row of the table.</summary>
/// <param name="Name">What is the matter.</param>
/// <param name="Arrange">Sets it up.</param>
/// <param name="Expected">Every error and warning that must be found, and information that must be among what is found.</param>
internal sealed record Situation(string Name, Func<Stage, Task> Arrange, params Expected[] Expected);

/// <summary>A finding that must be there.</summary>
/// <param name="Severity">How serious it is.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Says">A text that it must contain; null: any.</param>
internal sealed record Expected(Severity Severity, FindingKind Kind, string? Says = null)
{
    public static Expected Error(FindingKind kind, string? says = null) => new(Severity.Error, kind, says);

    public static Expected Warning(FindingKind kind, string? says = null) => new(Severity.Warning, kind, says);

    public static Expected Info(FindingKind kind, string? says = null) => new(Severity.Info, kind, says);

    /// <summary>Whether <paramref name="finding"/> is it.</summary>
    public bool Is(Finding finding) =>
        finding.Severity == Severity && finding.Kind == Kind && (Says is null || finding.Describe().Contains(Says, StringComparison.Ordinal));
}
