
namespace KafkaRestore.Cli.Tests.Output;

public sealed class ShowTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1536L * 1024 * 1024, "1.5 GiB")]
    [InlineData(long.MaxValue, "8,192.0 PiB")]
    public void Sizes_have_units(long bytes, string expected) => Assert.Equal(expected, Show.Size(bytes));

    [Theory]
    [InlineData(0, "1970-01-01 00:00:00Z")]
    [InlineData(1767225600000, "2026-01-01 00:00:00Z")]
    [InlineData(-1, "no time")]
    [InlineData(-2, "1969-12-31 23:59:59Z")]
    [InlineData(253402300799999, "9999-12-31 23:59:59Z")]
    [InlineData(253402300800000, "253402300800000 ms")]
    [InlineData(long.MinValue, "-9223372036854775808 ms")]
    public void Times_are_UTC_and_odd_ones_do_not_fail(long milliseconds, string expected) => Assert.Equal(expected, Show.Time(milliseconds));

    [Theory]
    [InlineData(0.4, "0.4 s")]
    [InlineData(59, "59 s")]
    [InlineData(205, "3:25")]
    [InlineData(3723, "1:02:03")]
    [InlineData(90000, "1 d 1:00:00")]
    public void Durations_are_short(double seconds, string expected) => Assert.Equal(expected, Show.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(1, "100.0 %")]
    [InlineData(0.99999, "99.9 %")]
    [InlineData(0, "0.0 %")]
    public void Only_all_is_100_percent(double share, string expected) => Assert.Equal(expected, Show.Percent(share));

    [Fact]
    public void Counts_have_separators_and_a_plural() => Assert.Equal("1,234,567 records, 1 record", $"{Show.Count(1234567, "record")}, {Show.Count(1, "record")}");
}
