using KafkaRestore.Engine.Running;

namespace KafkaRestore.Cluster.Messages;

/// <summary>What one silo does, as all are told each second.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its address in the cluster.</param>
/// <param name="StartedAt">Since when.</param>
/// <param name="IsDraining">Whether it gives its lanes away and takes no more.</param>
/// <param name="MostLanes">Lanes that it carries out at once, at most.</param>
/// <param name="Lanes">Lanes that it carries out now, by job.</param>
/// <param name="MemoryBytes">Its working set.</param>
internal sealed record SiloLoad(string Name, string Address, DateTimeOffset StartedAt, bool IsDraining, int MostLanes, IReadOnlyDictionary<string, int> Lanes, long MemoryBytes);

/// <summary>Lanes that a silo is to carry out: one, or several of a repartitioned topic that read together.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Term">Which of the job's coordinators asks; a later one has the higher number.</param>
/// <param name="StateId">The name of the job's state.</param>
/// <param name="Lanes">The lanes.</param>
/// <param name="Limits">The limits of all lanes of the job.</param>
internal sealed record LaneCommand(string JobId, long Term, string StateId, IReadOnlyList<LaneOrder> Lanes, JobRates Limits);

/// <summary>What a silo says to that.</summary>
/// <param name="Silo">Its name.</param>
/// <param name="Address">Its address.</param>
/// <param name="IsTaken">Whether it carries them out; else it has no room, or obeys a later coordinator.</param>
internal sealed record LaneAnswer(string Silo, string Address, bool IsTaken);

/// <summary>How the lanes of one job stand in one silo.</summary>
/// <param name="Silo">Its name.</param>
/// <param name="Lanes">Those at work and those that have ended and whose end is not known yet, by the number of the first that run together.</param>
internal sealed record SiloReport(string Silo, IReadOnlyList<LaneGroupReport> Lanes);

/// <summary>How lanes stand that run together.</summary>
/// <param name="First">The number of the first one.</param>
/// <param name="HasEnded">Whether they have ended, however they did.</param>
/// <param name="Reports">Each of them.</param>
internal sealed record LaneGroupReport(int First, bool HasEnded, IReadOnlyList<LaneReport> Reports);

/// <summary>What the coordinator answers.</summary>
/// <param name="IsCoordinated">Whether a run of the job is under way: what runs elsewhere is its own.</param>
/// <param name="Known">Lanes whose end is known now.</param>
/// <param name="Stop">Lanes that are to stop.</param>
/// <param name="Limits">The limits of all lanes of the job.</param>
internal sealed record SiloAnswer(bool IsCoordinated, IReadOnlyList<int> Known, IReadOnlyList<int> Stop, JobRates Limits);

/// <summary>Limits a second; null is none.</summary>
/// <param name="RecordsPerSecond">Records.</param>
/// <param name="BytesPerSecond">Uncompressed bytes.</param>
/// <param name="BrokerBytesPerSecond">Bytes to each broker, as they go over the wire.</param>
internal sealed record JobRates(long? RecordsPerSecond, long? BytesPerSecond, long? BrokerBytesPerSecond = null)
{
    /// <summary>No limit.</summary>
    public static JobRates None { get; } = new(null, null);

    /// <summary>Whether there is any.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Any => RecordsPerSecond is not null || BytesPerSecond is not null || BrokerBytesPerSecond is not null;
}

/// <summary>A silo asks for its share of a job's limits.</summary>
/// <param name="Silo">Its name.</param>
/// <param name="Limits">The limits of all.</param>
/// <param name="Lanes">Lanes that it carries out, 1 or more.</param>
/// <param name="Records">Records that it has sent in the last second; null: it has just begun.</param>
/// <param name="Bytes">Bytes of them.</param>
/// <param name="Silos">How many silos may be asking.</param>
internal sealed record LeaseRequest(string Silo, JobRates Limits, int Lanes, double? Records, double? Bytes, int Silos);
