using KafkaRestore.Records.Errors;

namespace KafkaRestore.Configuration;

/// <summary>What became of a configuration file: either a value, or every problem that was found in it.</summary>
public sealed class ConfigurationResult
{
    internal ConfigurationResult(string fileName, RestoreConfiguration? value, IReadOnlyList<ConfigurationProblem> problems, int more = 0)
    {
        FileName = fileName;
        Value = value;
        Problems = problems;
        FurtherProblems = more;
    }

    /// <summary>The file, as it was named to the reader.</summary>
    public string FileName { get; }

    /// <summary>The configuration; null if and only if there are problems.</summary>
    public RestoreConfiguration? Value { get; }

    /// <summary>What is wrong, in the order of the file.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; }

    /// <summary>Problems beyond those listed; a file gets at most a hundred.</summary>
    public int FurtherProblems { get; }

    /// <summary>The value.</summary>
    /// <exception cref="RestoreException">There are problems: of the one's code, or CONFIG_INVALID for several kinds; the message lists all.</exception>
    public RestoreConfiguration Require() => Value ?? throw ToException();

    private RestoreException ToException()
    {
        if (Problems is [var only])
        {
            var place = only.Line > 0 ? $"{FileName}:{only.Line}:{only.Column}" : FileName;
            return new RestoreException(only.Code, only.Path.Length > 0 ? $"{only.Path}: {only.What}" : only.What, place, only.Hint);
        }

        var kinds = Problems.Select(problem => problem.Code).Distinct().ToList();
        var lines = Problems.Select(problem => $"\n  {problem}");
        var more = FurtherProblems > 0 ? $"\n  and {FurtherProblems} more" : "";
        return new RestoreException(
            kinds is [var kind] ? kind : ErrorCodes.ConfigInvalid,
            $"{Problems.Count + FurtherProblems} problems:{string.Concat(lines)}{more}\n ",
            FileName,
            "Nothing was started.");
    }
}
