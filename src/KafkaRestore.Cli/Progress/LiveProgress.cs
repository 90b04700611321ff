using KafkaRestore.Engine.Running;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KafkaRestore.Cli.Progress;

/// <summary>Progress on a terminal: one block of lines that is drawn again. Log lines appear above it.</summary>
internal static class LiveProgress
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(250);
    private const int LinesAroundTopics = 6;
    private const int NameWidth = 40;
    private const int BarWidth = 20;

    /// <summary>Shows the run while <paramref name="run"/> runs.</summary>
    public static async Task<T> DuringAsync<T>(Task<T> run, RestoreProgress progress, ConsoleLog log, TimeProvider time)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.No });
        var view = new ProgressView(progress, time);
        view.Sample();
        log.Message(view.Opening());
        return await console.Live(Draw(view, console.Profile.Height)).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
        {
            using var through = log.Through(line => console.WriteLine(line.PadRight(console.Profile.Width - 1))); // covers what was drawn there
            var result = await Ticker.DuringAsync(run, Redraw, Update, time).ConfigureAwait(false);
            Update();
            return result;

            void Update()
            {
                view.Sample();
                view.TellNews(log);
                live.UpdateTarget(Draw(view, console.Profile.Height));
            }
        }).ConfigureAwait(false);
    }

    private static Rows Draw(ProgressView view, int height)
    {
        var lines = new List<IRenderable> { new Text(view.Summary()), new Text($"partitions: {view.Lanes()}") };
        var topics = view.Topics();
        var room = Math.Max(1, height - LinesAroundTopics);
        lines.AddRange(topics.Take(room).Select(topic => new Text(Line(topic), topic.Failed ? new Style(Color.Red) : Style.Plain)));
        if (topics.Count > room)
        {
            lines.Add(new Text($"  and {topics.Count - room} more topics"));
        }

        if (view.Silent() is { } silent)
        {
            lines.Add(new Text(silent, new Style(Color.Yellow)));
        }

        return new Rows(lines);
    }

    private static string Line(TopicState topic)
    {
        var share = topic.Planned == 0 ? 1 : Math.Clamp((double)topic.Accounted / topic.Planned, 0, 1);
        var filled = (int)(share * BarWidth);
        var name = topic.Name.Length > NameWidth ? topic.Name[..(NameWidth - 1)] + "…" : topic.Name;
        return $"  {name.PadRight(NameWidth)} [{new string('#', filled).PadRight(BarWidth, '.')}] {Show.Percent(share),7}  {topic.Partitions}";
    }
}
