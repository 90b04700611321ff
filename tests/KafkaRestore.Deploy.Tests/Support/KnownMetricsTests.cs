namespace KafkaRestore.Deploy.Tests.Support;

public sealed class KnownMetricsTests
{
    [Theory]
    [InlineData("sum by (a, b) (rate(x_total{c=\"d{e}\",f=~\"g|h\"}[5m])) / y > 0.05", "x_total y")]
    [InlineData("histogram_quantile(0.99, sum by (le) (rate(z_bucket[10m]))) > 1e3", "z_bucket")]
    [InlineData("a unless on (x) group_left (y) b offset 5m", "a b")]
    [InlineData("count(up{job=\"k\"} == 1) > 0 unless count(j) > 0", "up j")]
    public void Names_are_found_in_an_expression(string expression, string expected) => Assert.Equal(expected.Split(' '), KnownMetrics.NamesIn(expression));

    [Fact]
    public void Labels_are_found_with_what_they_choose() =>
        Assert.Equal([("a", "b"), ("a", "c"), ("d", "e")], KnownMetrics.ChosenIn("a{b=\"x=y\",c!~\"z\"} + d{e=\"f\"}"));
}
