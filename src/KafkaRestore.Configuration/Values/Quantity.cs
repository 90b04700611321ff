using System.Globalization;
using System.Text.RegularExpressions;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>Numbers with units; an amount is whole in the smallest unit.</summary>
internal sealed partial class Quantity(params (string Name, long Factor)[] units)
{
    /// <summary>Reads <c>128MiB</c> or <c>1.5 h</c>; a bare number only where it has a unit, or is 0. Quoted numbers need a unit.</summary>
    public bool TryParse(YamlScalar scalar, string? bareUnit, out long amount)
    {
        amount = 0;
        var match = Form().Match(scalar.Text);
        if (!match.Success)
        {
            return false;
        }

        var unit = match.Groups["unit"].Value;
        var number = match.Groups["number"].Value;
        if (unit.Length == 0)
        {
            if (!scalar.IsPlain || number.Contains('.', StringComparison.Ordinal) || (bareUnit is null && number != "0"))
            {
                return false;
            }

            unit = bareUnit ?? units[0].Name;
        }

        var factor = units.FirstOrDefault(known => string.Equals(known.Name, unit, StringComparison.Ordinal)).Factor;
        if (factor == 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var parsed))
        {
            return false;
        }

        if (parsed > long.MaxValue / factor)
        {
            return false;
        }

        var exact = parsed * factor;
        amount = (long)exact;
        return amount == exact;
    }

    /// <summary>An amount in the largest unit that shows it without a fraction.</summary>
    public string Format(long amount)
    {
        var (name, factor) = units.Where(unit => amount % unit.Factor == 0).MaxBy(unit => amount == 0 ? -unit.Factor : unit.Factor);
        return string.Create(CultureInfo.InvariantCulture, $"{amount / factor}{name}");
    }

    [GeneratedRegex(@"\A(?<number>(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,6})?) ?(?<unit>[A-Za-z]{0,3})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
