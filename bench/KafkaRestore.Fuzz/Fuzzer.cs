using System.Diagnostics;
using System.Globalization;
using KafkaRestore.Fuzz.Targets;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Fuzz;

/// <summary>
/// Feeds damaged archives and brokers' answers to the readers and insists that each is either read or refused with an error that names its kind: no other exception,
/// no hang, no memory kept.
/// </summary>
public sealed class Fuzzer
{
    private readonly FuzzOptions _options;
    private readonly IReadOnlyList<FuzzTarget> _targets;

    /// <summary>Gathers what will be mutated.</summary>
    public Fuzzer(FuzzOptions options)
    {
        _options = options;
        var corpus = Corpus.Gather(options.Golden);
        FuzzTarget[] all = [new SegmentTarget(corpus), new ManifestTarget(corpus), new LegacyJsonTarget(), new WireTarget()];
        _targets = [.. all.Where(target => options.Target == "all" || options.Target == target.Name)];
    }

    /// <summary>Runs until the time or the number of cases is up, or something fails.</summary>
    public async Task<FuzzReport> RunAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        var report = new FuzzReport { Seed = _options.Seed };
        var clock = Stopwatch.StartNew();
        var said = TimeSpan.Zero;
        for (var iteration = _options.Only ?? 0; report.Failure is null && IsDue(iteration, clock.Elapsed); iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await RunCaseAsync(iteration, report).ConfigureAwait(false);
            if (iteration % 1000 == 0)
            {
                report.PeakWorkingSet = Math.Max(report.PeakWorkingSet, Environment.WorkingSet);
            }

            if (clock.Elapsed - said > TimeSpan.FromSeconds(30))
            {
                said = clock.Elapsed;
                await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:F0} s: {report.Iterations} cases").AsMemory(), cancellationToken).ConfigureAwait(false);
            }
        }

        report.PeakWorkingSet = Math.Max(report.PeakWorkingSet, Environment.WorkingSet);
        if (report.PeakWorkingSet > _options.MostWorkingSet)
        {
            report.Failure ??= $"the process grew to {report.PeakWorkingSet} bytes";
        }

        return report;
    }

    private bool IsDue(long iteration, TimeSpan elapsed) =>
        _options.Only is { } only ? iteration == only
            : _options.Iterations is { } most ? iteration < most
            : elapsed < _options.Duration;

    private async Task RunCaseAsync(long iteration, FuzzReport report)
    {
        // Each case has its own numbers, so that one can be run again without those before it.
        var random = new Random(HashOf(_options.Seed, iteration));
        var target = _targets[random.Next(_targets.Count)];
        var again = string.Create(CultureInfo.InvariantCulture, $"run again with --target {_options.Target} --seed {_options.Seed} --only {iteration}");
        using var limit = new CancellationTokenSource(_options.PerCase);
        try
        {
            // On another thread, so that even a loop that never looks at its token is noticed.
            var problem = await Task.Run(() => target.RunAsync(random, limit.Token), CancellationToken.None)
                .WaitAsync(_options.PerCase * 2, CancellationToken.None).ConfigureAwait(false);
            report.Count($"{target.Name} read");
            report.Failure = problem is null ? null : $"{problem}; {again}";
        }
        catch (RestoreException refused)
        {
            report.Count($"{target.Name} {refused.Code.Word}", refused.Message);
            report.Failure = refused.Code == ErrorCodes.Internal || string.IsNullOrWhiteSpace(refused.Message) || refused.Message.Length > 3000
                ? $"an error that helps nobody: {Shorten(refused.Describe())}; {again}"
                : target.Leak() is { } leak ? $"{leak} after {refused.Code}; {again}" : null;
        }
        catch (WireFormatException refused)
        {
            report.Count($"{target.Name} refused", refused.Message);
        }
        catch (Exception hang) when (hang is OperationCanceledException or TimeoutException)
        {
            report.Count($"{target.Name} hang");
            report.Failure = $"no end within {_options.PerCase}; {again}";
        }
        catch (Exception defect)
        {
            report.Count($"{target.Name} {defect.GetType().Name}");
            report.Failure = $"{defect}; {again}";
        }
    }

    private static string Shorten(string text) => text.Length <= 500 ? text : text[..500] + "…";

    // Not HashCode: that one differs from process to process.
    private static int HashOf(int seed, long iteration)
    {
        var mixed = ((ulong)(uint)seed << 32) ^ ((ulong)iteration * 0x9E3779B97F4A7C15UL);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        return (int)(mixed >> 33);
    }
}
