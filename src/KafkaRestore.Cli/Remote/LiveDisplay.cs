using KafkaRestore.Api.Contracts;

namespace KafkaRestore.Cli.Remote;

/// <summary>On a terminal: a block of lines that is drawn again, with the lanes that matter most; what the job says appears above it.</summary>
internal sealed class LiveDisplay(ConsoleLog log) : IJobDisplay
{
    private const int LinesAround = 4;
    private const int LeastWidth = 40;

    private int _drawn;

    public int Lanes => Math.Max(1, Height - LinesAround);

    private static int Height => Console.WindowHeight is > 0 and var height ? height : 24;

    private static int Width => Math.Max(LeastWidth, Console.WindowWidth is > 0 and var width ? width : 80);

    public void Show(JobEvent told, LaneList? lanes)
    {
        if (told.Kind == JobEventKind.Message)
        {
            Clear();
            LineDisplay.Say(log, told);
            return;
        }

        if (told.Job is not { } job)
        {
            return;
        }

        List<string> lines = [$"{job.Id}  {job.BackupId}  {JobText.Word(job.State)}"];
        if (job.Progress is { } progress)
        {
            lines.Add(JobText.Of(progress));
            lines.Add($"partitions: {JobText.Of(progress.Lanes)}{(progress.Waiting is { } waiting ? $"; {waiting}" : "")}");
        }

        if (lanes is not null)
        {
            lines.AddRange(JobText.TableOf(lanes.Lanes).Lines().Take(Lanes).Select(static line => "  " + line));
        }

        Clear();
        foreach (var line in lines)
        {
            log.Message(Printable.Line(line.Length < Width ? line : line[..(Width - 1)]));
        }

        _drawn = lines.Count;
    }

    public void Dispose()
    {
        // The last picture stays.
    }

    private void Clear()
    {
        if (_drawn > 0)
        {
            log.Raw($"\u001b[{_drawn}A\u001b[J");
            _drawn = 0;
        }
    }
}
