using KafkaRestore.Api.Contracts;

namespace KafkaRestore.Cli.Remote;

/// <summary>Shows a job's way to a person.</summary>
internal interface IJobDisplay : IDisposable
{
    /// <summary>Lanes that it has room for; 0: it shows none.</summary>
    int Lanes { get; }

    /// <summary>Shows an event.</summary>
    /// <param name="told">The event.</param>
    /// <param name="lanes">The lanes as they stand; null where nobody asked.</param>
    void Show(JobEvent told, LaneList? lanes);
}

/// <summary>Shows nothing.</summary>
internal sealed class SilentDisplay : IJobDisplay
{
    public int Lanes => 0;

    public void Show(JobEvent told, LaneList? lanes)
    {
    }

    public void Dispose()
    {
    }
}
