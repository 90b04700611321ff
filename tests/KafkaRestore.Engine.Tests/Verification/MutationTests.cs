using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.Verification;
using KafkaRestore.Engine.Verification.Comparison;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Verification;

public sealed class MutationTests
{
    private enum Mutation
    {
        Change,
        Remove,
        Insert,
        Swap,
    }

    [Theory]
    [InlineData(VerificationLevel.Hashes)]
    [InlineData(VerificationLevel.Records)]
    public void Any_single_mutation_of_any_stream_is_found_at_its_place(VerificationLevel level)
    {
        var drawn =
            from seed in Gen.Choose(0, int.MaxValue)
            from count in Gen.Choose(2, 150)
            from at in Gen.Choose(0, count - 2)
            from mutation in Gen.Elements(Enum.GetValues<Mutation>())
            from blocks in Gen.Choose(1, 40).Two()
            select (seed, count, at, mutation, blocks);
        Prop.ForAll(drawn.ToArbitrary(), draw =>
        {
            // A header with its number makes each record another one, so that there is one place only.
            var records = ArchiveBuilderRecords.Odd(draw.seed, draw.count).Select((record, i) => record with { Headers = [.. record.Headers, new HeaderData([0], BitConverter.GetBytes(i))] }).ToList();
            var found = Mutate(records, draw.at, draw.mutation, new Random(draw.seed), out var kinds);
            var stage = new ComparisonStage { Options = ComparisonStage.At(level), ExpectedPerBlock = draw.blocks.Item1, FoundPerBlock = draw.blocks.Item2 };

            var verdict = stage.CompareAsync(records, ComparisonStage.InTarget(found)).GetAwaiter().GetResult();

            var difference = verdict.Difference;
            Assert.NotNull(difference);
            Assert.Contains(difference.Kind, kinds);
            Assert.Equal((draw.at, records[draw.at].Offset, ComparisonStage.TargetOffset(draw.at)), (difference.Position, difference.SourceOffset, difference.TargetOffset));
            Assert.Equal((records.Count, found.Count), (stage.Status.Expected, stage.Status.Found));
            Assert.Equal(level == VerificationLevel.Hashes, verdict.ExpectedHash != verdict.FoundHash);
            Assert.Equal(0, stage.Held);
        }).QuickCheckThrowOnFailure();
    }

    private static List<RecordData> Mutate(List<RecordData> records, int at, Mutation mutation, Random random, out DifferenceKind[] kinds)
    {
        var mutated = records.ToList();
        switch (mutation)
        {
            case Mutation.Remove:
                mutated.RemoveAt(at);
                kinds = [DifferenceKind.MissingInTarget];
                break;
            case Mutation.Insert:
                mutated.Insert(at, TestRecords.Record(0, value: [1]));
                kinds = [DifferenceKind.ExtraInTarget];
                break;
            case Mutation.Swap:
                (mutated[at], mutated[at + 1]) = (mutated[at + 1], mutated[at]);
                kinds = [DifferenceKind.Order];
                break;
            default:
                var record = mutated[at];
                (mutated[at], kinds) = random.Next(4) switch
                {
                    0 => (record with { Key = record.Key is null ? [] : null }, [DifferenceKind.Key]),
                    1 => (record with { Value = [.. record.Value ?? [], 7] }, [DifferenceKind.Value]),
                    2 => (record with { Headers = [.. record.Headers, record.Headers[^1]] }, [DifferenceKind.Headers]),
                    _ => (record with { Timestamp = record.Timestamp ^ (1L << random.Next(64)) }, new[] { DifferenceKind.Timestamp }),
                };
                break;
        }

        return mutated;
    }
}
