namespace KafkaRestore.Configuration.Binding;

/// <summary>Collects problems, up to a number that a person can read and a hostile file cannot make expensive.</summary>
internal sealed class ProblemList
{
    public const int Capacity = 100;

    private readonly List<ConfigurationProblem> _problems = [];

    public int Dropped { get; private set; }

    public bool IsEmpty => _problems.Count == 0;

    public bool IsFull => _problems.Count >= Capacity;

    public void Add(ConfigurationProblem problem)
    {
        if (IsFull)
        {
            Dropped++;
            return;
        }

        _problems.Add(problem);
    }

    public IReadOnlyList<ConfigurationProblem> InOrder() => [.. _problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];
}
