using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>
/// Every kind of damage gives one error that names its kind, the object and the place. The tables are in the other parts of this class.
/// </summary>
public sealed partial class DamageTests
{
    public static TheoryData<string> SegmentDamageNames => [.. s_segmentDamages.Select(damage => damage.Name)];

    public static TheoryData<string> ManifestDamageNames => [.. s_manifestDamages.Select(damage => damage.Name)];

    [Theory]
    [MemberData(nameof(SegmentDamageNames))]
    public async Task A_damaged_segment_is_refused(string name)
    {
        var damage = s_segmentDamages.Single(known => known.Name == name);
        var segment = damage.Make();
        var refused = await Assert.ThrowsAsync<RestoreException>(() => segment.ReadAsync());
        AssertSays(refused, damage.Code, [.. damage.Words, segment.Reference.Key]);
    }

    [Theory]
    [MemberData(nameof(SegmentDamageNames))]
    public async Task Trusting_segments_accepts_differences_from_the_manifest_with_a_note_and_nothing_else(string name)
    {
        var damage = s_segmentDamages.Single(known => known.Name == name);
        var segment = damage.Make();
        if (damage.Mismatch is { } note)
        {
            var (records, notes) = await segment.ReadAsync(trust: true);
            Assert.Equal(DamagedSegment.Sample.Length, records.Count);
            Assert.Contains(notes, said => said.Contains(note, StringComparison.Ordinal));
        }
        else
        {
            var refused = await Assert.ThrowsAsync<RestoreException>(() => segment.ReadAsync(trust: true));
            Assert.Equal(damage.Code, refused.Code);
        }
    }

    [Theory]
    [MemberData(nameof(ManifestDamageNames))]
    public async Task A_damaged_manifest_is_refused(string name)
    {
        var damage = s_manifestDamages.Single(known => known.Name == name);
        var refused = await Assert.ThrowsAsync<RestoreException>(() => ReadManifestAsync(damage.Make()));
        AssertSays(refused, damage.Code, damage.Words);
    }

    private static void AssertSays(RestoreException refused, ErrorCode code, string[] words)
    {
        var said = refused.Describe();
        Assert.True(refused.Code == code, $"{said}: expected {code}");
        Assert.All(words, word => Assert.Contains(word, said, StringComparison.Ordinal));
        Assert.DoesNotContain(said, char.IsControl);
        Assert.InRange(said.Length, 20, 1500);
    }
}
