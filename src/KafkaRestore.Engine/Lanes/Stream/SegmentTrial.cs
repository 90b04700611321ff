using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>What became of opening a segment that may turn out to be lost.</summary>
/// <param name="Segment">The segment; null when it is left out.</param>
/// <param name="Lost">Why it is left out; null when it is open.</param>
internal readonly record struct SegmentTrial(OpenSegment? Segment, Skip? Lost)
{
    /// <summary>Opens a segment. Takes over <paramref name="reservation"/>, also when it fails.</summary>
    /// <param name="reader">Reads segments; where they may be left out, it proves their records.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="reservation">The memory for it.</param>
    /// <param name="mayLeaveOut">Whether one that is lost is left out; otherwise it is a failure.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="RestoreException">The storage's own failures; without <paramref name="mayLeaveOut"/> those of the segment too.</exception>
    public static async Task<SegmentTrial> OpenAsync(SegmentReader reader, SegmentReference segment, MemoryReservation reservation, bool mayLeaveOut, CancellationToken cancellationToken)
    {
        try
        {
            return new SegmentTrial(await reader.OpenAsync(segment, reservation, cancellationToken).ConfigureAwait(false), null);
        }
        catch (RestoreException failure) when (mayLeaveOut)
        {
            if (await reader.IsLostAsync(segment, failure, cancellationToken).ConfigureAwait(false))
            {
                return new SegmentTrial(null, Skip.OfSegment(segment, failure));
            }

            throw;
        }
    }
}
