namespace KafkaRestore.Api.Contracts;

/// <summary>The service and its nodes.</summary>
/// <param name="Mode"><c>standalone</c>: one process; <c>cluster</c>: silos.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Silos">Its nodes; one of them in a standalone service.</param>
/// <param name="Jobs">Numbers of jobs by state; states without a job are left out.</param>
public sealed record ClusterInfo(string Mode, string Version, IReadOnlyList<SiloInfo> Silos, IReadOnlyDictionary<string, int> Jobs);

/// <summary>A node.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State"><c>active</c>, <c>joining</c>, <c>draining</c> or <c>dead</c>.</param>
/// <param name="StartedAt">Since when it is there.</param>
/// <param name="Lanes">Lanes that it works on.</param>
/// <param name="MemoryBytes">Bytes that its process holds; null where nobody says.</param>
public sealed record SiloInfo(string Name, string State, DateTimeOffset StartedAt, int Lanes, long? MemoryBytes);

/// <summary>Whether the service can take and do work.</summary>
/// <param name="Ready">Whether it can.</param>
/// <param name="Reasons">Why not; empty when it can.</param>
public sealed record Readiness(bool Ready, IReadOnlyList<string> Reasons);
