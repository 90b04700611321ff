using System.Text;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Engine.State.Skips;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.State;

public sealed class SkipFileTests
{
    private const string Path = "/state/lanes/0.skips";

    [Fact]
    public void What_is_appended_is_read_in_order_by_this_and_the_next_process()
    {
        var disk = new SimulatedDisk();
        Append(disk, 3);

        Assert.Equal([Sample(0), Sample(1), Sample(2)], Open(disk).Read());
        Assert.Equal([Sample(0), Sample(1), Sample(2)], Open(disk.AfterKill()).Read(atLeast: 3));
    }

    [Fact]
    public void Nothing_there_is_nothing_unless_something_must_be_there()
    {
        Assert.Empty(Open(new SimulatedDisk()).Read());
        var failure = Assert.Throws<RestoreException>(() => Open(new SimulatedDisk()).Read(atLeast: 1));
        Assert.Equal((ErrorCodes.StateCorrupt, Path), (failure.Code, failure.Where));
    }

    [Fact]
    public void Wherever_the_power_is_cut_every_confirmed_skip_is_there_and_appending_goes_on()
    {
        var cuts = 0;
        for (var step = 0; ; step++)
        {
            var disk = new SimulatedDisk { OnStep = SimulatedDisk.FailAt(step, () => new PowerCut()) };
            var confirmed = 0;
            try
            {
                var file = Open(disk);
                file.Read();
                for (; confirmed < 4; confirmed++)
                {
                    file.Append(Sample(confirmed));
                }
            }
            catch (PowerCut)
            {
            }

            if (confirmed == 4)
            {
                break;
            }

            for (var names = 0; names <= disk.UnsafeNames; names++)
            {
                foreach (var content in (double[])[0, 0.3, 0.9, 1])
                {
                    AssertGoesOn(disk.AfterPowerCut(names, content), confirmed);
                    cuts++;
                }
            }
        }

        Assert.True(cuts > 40, $"{cuts}");
    }

    [Fact]
    public void A_step_that_fails_is_told_and_the_skip_can_be_noted_again()
    {
        var failures = 0;
        for (var step = 0; ; step++)
        {
            var disk = new SimulatedDisk { OnStep = SimulatedDisk.FailAt(step, SimulatedDisk.NoSpace) };
            var file = Open(disk);
            file.Read();
            for (var i = 0; i < 3; i++)
            {
                try
                {
                    file.Append(Sample(i));
                }
                catch (RestoreException failure)
                {
                    Assert.Equal(ErrorCodes.StateUnwritable, failure.Code);
                    failures++;
                    file.Append(Sample(i));
                }
            }

            Assert.Equal([Sample(0), Sample(1), Sample(2)], Open(disk).Read());
            if (disk.Steps <= step)
            {
                break;
            }
        }

        Assert.True(failures > 8, $"{failures}");
    }

    [Fact]
    public void Every_changed_byte_before_the_last_line_is_damage_and_in_the_last_line_a_missing_skip()
    {
        var disk = new SimulatedDisk();
        Append(disk, 3);
        var whole = disk.Content(Path);
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = whole.ToArray();
            changed[at] ^= 0x21;
            disk.Put(Path, changed);
            var failure = Assert.Throws<RestoreException>(() => Open(disk).Read(atLeast: 3));
            Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
        }
    }

    [Fact]
    public void Every_cut_is_fewer_skips_and_never_others()
    {
        var disk = new SimulatedDisk();
        Append(disk, 3);
        var whole = disk.Content(Path);
        for (var length = 0; length < whole.Length; length++)
        {
            disk.Put(Path, whole[..length]);
            var read = Open(disk).Read();
            Assert.True(read.Count < 3);
            Assert.Equal(Enumerable.Range(0, read.Count).Select(Sample), read);
        }
    }

    [Fact]
    public void Damage_can_be_forgiven_and_what_is_whole_counts()
    {
        var disk = new SimulatedDisk();
        Append(disk, 3);
        var content = disk.Content(Path);
        content[Array.IndexOf(content, (byte)'\n') + 20] ^= 1;
        disk.Put(Path, content);

        Assert.Equal([Sample(1), Sample(2)], Open(disk).Read(atLeast: 3, forgive: true));
    }

    [Fact]
    public void A_newer_version_is_refused()
    {
        var disk = new SimulatedDisk();
        disk.Put(Path, TextEnvelope.Wrap("skips", 2, []));
        Assert.Equal(ErrorCodes.StateNewer, Assert.Throws<RestoreException>(() => Open(disk).Read()).Code);
    }

    [Fact]
    public void A_person_can_read_it()
    {
        var disk = new SimulatedDisk();
        Append(disk, 1);
        var lines = Encoding.UTF8.GetString(disk.Content(Path)).Split('\n');
        Assert.StartsWith("kafka-restore skips 1 ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(
            """ {"topic":"заказы","partition":0,"first_offset":0,"last_offset":9,"records":7,"object":"a/0.bin","code":"ARCHIVE_CORRUPT","reason":"two\nlines \"0\""}""",
            lines[1],
            StringComparison.Ordinal);
    }

    private static void AssertGoesOn(SimulatedDisk disk, int confirmed)
    {
        var file = Open(disk);
        var found = file.Read(atLeast: confirmed);

        // One more may have reached the disk without having been confirmed.
        Assert.InRange(found.Count, confirmed, confirmed + 1);
        Assert.Equal(Enumerable.Range(0, found.Count).Select(Sample), found);
        file.Append(Sample(found.Count));
        Assert.Equal(Enumerable.Range(0, found.Count + 1).Select(Sample), Open(disk).Read());
    }

    private static void Append(SimulatedDisk disk, int count)
    {
        var file = Open(disk);
        file.Read();
        for (var i = 0; i < count; i++)
        {
            file.Append(Sample(i));
        }
    }

    private static SkipFile Open(SimulatedDisk disk) => new(disk, Path);

    private static Skip Sample(int number) => new()
    {
        Topic = "заказы",
        Partition = number,
        FirstOffset = number * 10,
        LastOffset = (number * 10) + 9,
        Records = 7,
        Object = $"a/{number}.bin",
        Code = ErrorCodes.ArchiveCorrupt.Word,
        Reason = $"two\nlines \"{number}\"",
    };
}
