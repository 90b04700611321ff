using System.Text;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.State;

public sealed class DurableFileTests
{
    private const string Path = "/state/file";
    private const string Previous = "/state/file.previous";

    [Fact]
    public void What_is_written_is_read()
    {
        var disk = new SimulatedDisk();
        File(disk).Write("one"u8.ToArray());
        Assert.Equal("one", Read(disk));
        Assert.Equal([Path], disk.Paths);
    }

    [Fact]
    public void There_is_nothing_before_the_first_write() => Assert.Null(Read(new SimulatedDisk()));

    [Fact]
    public void The_one_before_is_kept()
    {
        var disk = new SimulatedDisk();
        var file = File(disk);
        file.Write("one"u8.ToArray());
        file.Write("two"u8.ToArray());
        file.Write("three"u8.ToArray());
        Assert.Equal("three", Read(disk));
        disk.Change(Path, _ => "damaged"u8.ToArray());
        Assert.Equal("two", Read(disk));
    }

    [Fact]
    public void A_damaged_one_does_not_push_out_the_whole_one_before()
    {
        var disk = new SimulatedDisk();
        var file = File(disk);
        file.Write("one"u8.ToArray());
        file.Write("two"u8.ToArray());
        disk.Change(Path, _ => "damaged"u8.ToArray());
        var next = File(disk);
        Assert.Equal("one", Text(next));
        next.Write("three"u8.ToArray());
        disk.Change(Path, _ => "damaged"u8.ToArray());
        Assert.Equal("one", Read(disk));
    }

    [Fact]
    public void Without_a_whole_one_the_file_is_named()
    {
        var disk = new SimulatedDisk();
        var file = File(disk);
        file.Write("one"u8.ToArray());
        file.Write("two"u8.ToArray());
        disk.Change(Path, _ => "damaged"u8.ToArray());
        disk.Change(Previous, _ => "damaged"u8.ToArray());
        var failure = Assert.Throws<RestoreException>(() => Read(disk));
        Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
        Assert.Equal(Path, failure.Where);
        Assert.Contains("--adopt", failure.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damage_without_a_second_file_is_no_absence(bool current)
    {
        var disk = new SimulatedDisk();
        disk.Put(current ? Path : Previous, "damaged"u8.ToArray());
        Assert.Equal(ErrorCodes.StateCorrupt, Assert.Throws<RestoreException>(() => Read(disk)).Code);
    }

    [Fact]
    public void Whenever_the_power_is_cut_the_old_or_the_new_one_is_there_whole()
    {
        var cuts = 0;
        for (var writes = 1; writes <= 4; writes++)
        {
            for (var cut = 0; ; cut++)
            {
                var disk = new SimulatedDisk();
                var file = File(disk);
                for (var i = 0; i < writes; i++)
                {
                    file.Write(Encoding.UTF8.GetBytes($"version {i}"));
                }

                disk.OnStep = SimulatedDisk.FailAt(disk.Steps + cut, () => new PowerCut());
                var finished = Finishes(() => file.Write(Encoding.UTF8.GetBytes($"version {writes}")));
                for (var names = 0; names <= disk.UnsafeNames; names++)
                {
                    foreach (var content in (double[])[0, 0.5, 1])
                    {
                        var found = Read(disk.AfterPowerCut(names, content));
                        Assert.True(found == $"version {writes}" || (!finished && found == $"version {writes - 1}"), $"{writes} writes, cut at {cut}, {names} names, {content}: {found}");
                        cuts++;
                    }
                }

                if (finished)
                {
                    break;
                }
            }
        }

        Assert.True(cuts > 100);
    }

    [Fact]
    public void Whichever_step_fails_the_state_before_stays_nothing_is_left_behind_and_the_next_write_works()
    {
        var failures = 0;
        for (var step = 0; ; step++)
        {
            var disk = new SimulatedDisk();
            var file = File(disk);
            file.Write("one"u8.ToArray());
            file.Write("two"u8.ToArray());
            disk.OnStep = SimulatedDisk.FailAt(disk.Steps + step, SimulatedDisk.NoSpace);
            var failure = Record.Exception(() => file.Write("three"u8.ToArray()));
            disk.OnStep = static _ => { };
            if (failure is null)
            {
                break;
            }

            failures++;
            var known = Assert.IsType<RestoreException>(failure);
            Assert.Equal(ErrorCodes.StateUnwritable, known.Code);
            Assert.Equal(Path, known.Where);
            Assert.Contains("no space", known.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(disk.Paths, path => path.EndsWith(".tmp", StringComparison.Ordinal));

            // Only the last step, the directory's sync, comes after the new one is in place.
            Assert.Equal(disk.History[^1].StartsWith("delete", StringComparison.Ordinal) && disk.History[^2].StartsWith("sync", StringComparison.Ordinal) ? "three" : "two", Read(disk));
            file.Write("four"u8.ToArray());
            Assert.Equal("four", Read(disk));
        }

        Assert.Equal(6, failures);
    }

    [Fact]
    public void What_a_failed_write_leaves_does_not_hide_the_one_before_it_from_the_next_failure()
    {
        var disk = new SimulatedDisk();
        var file = File(disk);
        file.Write("one"u8.ToArray());
        for (var step = 0; step < 60; step++)
        {
            disk.OnStep = SimulatedDisk.FailAt(disk.Steps + (step % 7), SimulatedDisk.NoSpace);
            _ = Record.Exception(() => file.Write(Encoding.UTF8.GetBytes($"version {step}")));
            Assert.NotNull(Read(disk.AfterPowerCut(disk.UnsafeNames, 0)));
            Assert.NotNull(Read(disk.AfterPowerCut(0, 0)));
        }
    }

    [Fact]
    public void A_file_beyond_all_measure_is_not_read_into_memory()
    {
        var disk = new SimulatedDisk();
        disk.Put(Path, new byte[(64 << 20) + 1]);
        Assert.Equal(ErrorCodes.StateCorrupt, Assert.Throws<RestoreException>(() => Read(disk)).Code);
    }

    internal static bool Finishes(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (PowerCut)
        {
            return false;
        }
    }

    private static DurableFile File(SimulatedDisk disk) => new(disk, Path, Previous);

    private static string? Read(SimulatedDisk disk) => Text(File(disk));

    private static string? Text(DurableFile file) => file.Read(content =>
    {
        var text = Encoding.UTF8.GetString(content);
        return text is "one" or "two" or "three" or "four" || (text.StartsWith("version ", StringComparison.Ordinal) && text.Length >= 9) ? text : throw new StateDamage($"'{text}'");
    });
}
