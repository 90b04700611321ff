using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State.Segments;

/// <summary>
/// The record of the segments that a job has selected, one file for all lanes and generations. Written when the job begins and once for each
/// generation, never at a checkpoint. No older one is kept: with a generation missing the stream would be another one.
/// </summary>
internal static class SegmentRecordFile
{
    /// <summary>Records the lanes of a new job, or adds the last generation to what is recorded.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE, STATE_CORRUPT.</exception>
    public static void Write(IStateFiles files, string path, JobLanes lanes)
    {
        using var before = lanes.Generations == 1 ? null : SegmentRecordReader.Open(files, path);
        new DurableFile(files, path).Write(stream =>
        {
            var writer = new SegmentRecordWriter(stream, lanes.Generations, lanes.Lanes.Count);
            var number = 0;
            foreach (var recorded in before?.ReadLanes() ?? [])
            {
                writer.Write(WithLast(recorded, lanes.Lanes[number++], lanes.Generations));
            }

            for (; number < lanes.Lanes.Count; number++)
            {
                var lane = lanes.Lanes[number];
                writer.Write(WithLast(new RecordedLane(lane.Target, []), lane, lanes.Generations));
            }

            writer.Finish();
        });
    }

    private static RecordedLane WithLast(RecordedLane recorded, JobLane lane, int generation)
    {
        var last = lane.Generations[^1];
        if (last.Number != generation)
        {
            return recorded;
        }

        return new RecordedLane(recorded.Target, [.. last.Stream.Sources.Select((source, number) => new RecordedSource(
            source.Topic,
            source.Partition,
            [
                .. number < recorded.Sources.Count ? recorded.Sources[number].Generations : [],
                .. Recorded(source, generation),
            ]))]);
    }

    private static IEnumerable<RecordedGeneration> Recorded(LaneSource source, int generation)
    {
        if (source.Segments.Count > 0)
        {
            var segments = new RecordedSegment[source.Segments.Count];
            for (var i = 0; i < segments.Length; i++)
            {
                segments[i] = RecordedSegment.Of(source.Segments[i]);
            }

            yield return new RecordedGeneration(generation, segments);
        }
    }
}
