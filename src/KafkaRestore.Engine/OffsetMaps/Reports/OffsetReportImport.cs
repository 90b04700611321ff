using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>Makes maps out of an offset report.</summary>
public static class OffsetReportImport
{
    /// <summary>Reads a whole report.</summary>
    /// <param name="reader">The report, not yet read.</param>
    /// <param name="where">Its name for messages.</param>
    /// <param name="chunksOf">Gives each mapping, by its name in the report, a place for its chunks; null for memory (about a byte for each run and more for gaps).</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RestoreException">
    /// STATE_CORRUPT: the report is damaged, or its offsets do not ascend together, as when several sources were written into one partition by
    /// a program whose form cannot tell them apart. A source offset that the run before covers already keeps its first target.
    /// </exception>
    public static async Task<ImportedReport> ReadAsync(OffsetReportReader reader, string where, Func<string, IOffsetMapChunks>? chunksOf, CancellationToken cancellationToken)
    {
        var maps = new Dictionary<string, Import>(StringComparer.Ordinal);
        Import? last = null;
        await foreach (var run in reader.ReadRunsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (last is null || !ReferenceEquals(last.Mapping, run.Mapping))
            {
                if (!maps.TryGetValue(run.Mapping, out last))
                {
                    maps.Add(run.Mapping, last = new Import(run.Mapping, chunksOf?.Invoke(run.Mapping) ?? new InMemoryOffsetMapChunks()));
                }
            }

            last.Append(run.Timed.Run, where);
            if (last.HasPending)
            {
                await last.PutAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        var cache = new OffsetMapCache();
        var imported = new List<ImportedMap>(maps.Count);
        foreach (var map in maps.Values)
        {
            imported.Add(await map.FinishAsync(reader.PairOf(map.Mapping), cache, cancellationToken).ConfigureAwait(false));
        }

        return new ImportedReport(reader.Summary, imported);
    }

    private sealed class Import(string mapping, IOffsetMapChunks chunks)
    {
        private readonly OffsetMapWriter _writer = new();
        private OffsetRun _last;
        private long _repeated;

        public string Mapping => mapping;

        public bool HasPending => _writer.PendingBytes > 0;

        public void Append(OffsetRun run, string where)
        {
            // A record that was written twice: readers meet the first copy first.
            if (_last.Length > 0 && run.Length == 1 && run.Source >= _last.Source && run.Source < _last.SourceEnd)
            {
                _repeated++;
                return;
            }

            if (run.Source < _writer.SourceEnd || run.Target < _writer.TargetEnd)
            {
                throw new RestoreException(ErrorCodes.StateCorrupt,
                    $"the offset report maps source offset {run.Source} to {run.Target} after {_writer.SourceEnd - 1} to {_writer.TargetEnd - 1}; in a map of one source both ascend",
                    $"{where}, {mapping}", "If several sources were written into this partition, translate each group from a report that names its source.");
            }

            _writer.Append(run);
            _last = run.Source == _last.SourceEnd && run.Target == _last.TargetEnd ? _last with { Length = _last.Length + run.Length } : run;
        }

        public async Task PutAsync(CancellationToken cancellationToken)
        {
            var snapshot = _writer.Snapshot();
            await snapshot.PutAsync(chunks, cancellationToken).ConfigureAwait(false);
            _writer.Confirm(snapshot);
        }

        public async Task<ImportedMap> FinishAsync(MapPair pair, OffsetMapCache cache, CancellationToken cancellationToken)
        {
            await PutAsync(cancellationToken).ConfigureAwait(false);
            var state = _writer.Snapshot().State;
            return new ImportedMap(pair, await OffsetMap.OpenAsync(chunks, state, cache, cancellationToken).ConfigureAwait(false), state, _repeated);
        }
    }
}

/// <summary>A report that was read.</summary>
/// <param name="Summary">What it holds beside its mappings.</param>
/// <param name="Maps">Its maps; a mapping without a run has none.</param>
public sealed record ImportedReport(OffsetReportSummary Summary, IReadOnlyList<ImportedMap> Maps);

/// <summary>A map of a report.</summary>
/// <param name="Pair">From where to where.</param>
/// <param name="Map">The map.</param>
/// <param name="State">What opens it again, with its chunks.</param>
/// <param name="Repeated">Records that the report maps a second time, which were passed over.</param>
public sealed record ImportedMap(MapPair Pair, OffsetMap Map, OffsetMapState State, long Repeated);
