using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Lanes.Skipping;

/// <summary>Where a lane keeps what it has left out.</summary>
internal interface ISkipLog
{
    /// <summary>Keeps one more, durably: it is there after a power cut once this returns.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE: it is not noted.</exception>
    void Append(Skip skip);
}
