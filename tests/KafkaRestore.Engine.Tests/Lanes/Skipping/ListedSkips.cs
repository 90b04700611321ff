using KafkaRestore.Engine.Lanes.Skipping;

namespace KafkaRestore.Engine.Tests.Lanes.Skipping;

/// <summary>Keeps skips in a list, which survives whatever dies around it.</summary>
internal sealed class ListedSkips : ISkipLog
{
    public List<Skip> All { get; } = [];

    /// <summary>Called before one more is kept.</summary>
    public Action<Skip>? BeforeAppend { get; set; }

    public void Append(Skip skip)
    {
        BeforeAppend?.Invoke(skip);
        All.Add(skip);
    }
}
