namespace KafkaRestore.Jobs.Output;

/// <summary>Rows in columns as wide as their content, with lines of remarks below a row.</summary>
/// <param name="columns">Their titles; one that begins with <c>></c> holds numbers and stands to the right.</param>
internal sealed class TextTable(params string[] columns)
{
    private readonly List<(string[] Cells, string[] Remarks)> _rows = [];

    /// <summary>Adds a row with as many cells as there are columns.</summary>
    public void Add(string[] cells, params string[] remarks) => _rows.Add((cells, remarks));

    /// <summary>The lines, the titles first; none when there is no row.</summary>
    public IEnumerable<string> Lines()
    {
        if (_rows.Count == 0)
        {
            yield break;
        }

        var titles = columns.Select(column => column.TrimStart('>')).ToArray();
        var widths = titles.Select((title, i) => Math.Max(title.Length, _rows.Max(row => row.Cells[i].Length))).ToArray();
        yield return Join(titles, widths);
        foreach (var (cells, remarks) in _rows)
        {
            yield return Join(cells, widths);
            foreach (var remark in remarks)
            {
                yield return new string(' ', widths[0] + 2) + remark;
            }
        }
    }

    private string Join(string[] cells, int[] widths) =>
        string.Join("  ", cells.Select((cell, i) => columns[i].StartsWith('>') ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();
}
