using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Scenarios;

/// <summary>Compares a log with what must stand there and says what is lost, there twice or out of order.</summary>
internal static class LogJudge
{
    private const int Shown = 5;

    public static void Judge(string where, IReadOnlyList<RecordData> expected, IReadOnlyList<ConsumedRecord> found)
    {
        var wanted = expected.Select(ConsumedRecord.ContentOf).ToList();
        var there = found.Select(record => record.Content).ToList();
        if (wanted.SequenceEqual(there))
        {
            return;
        }

        var first = wanted.Zip(there).TakeWhile(pair => pair.First == pair.Second).Count();
        var lost = wanted.Except(there).ToList();
        var strange = there.Except(wanted).ToList();
        var twice = there.GroupBy(content => content).Where(group => group.Count() > 1).ToList();
        Assert.Fail(
            $"{where}: {there.Count} records, expected {wanted.Count}; the first difference is at record {first}" +
            $" (source offset {(first < expected.Count ? expected[first].Offset : "none")}, target offset {(first < found.Count ? found[first].Offset : "none")})\n" +
            $"lost {lost.Count}:{Some(lost)}\nmore than once {twice.Count}:{Some(twice.Select(group => group.Key))}\nof nobody {strange.Count}:{Some(strange)}" +
            (lost.Count + strange.Count + twice.Count == 0 ? "\nso the order differs" : ""));
    }

    private static string Some(IEnumerable<string> contents) => string.Concat(contents.Take(Shown).Select(content => $"\n  {content}"));
}
