namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>Takes a report apart, buffer by buffer.</summary>
internal interface IReportParser
{
    /// <summary>The runs found since it was cleared.</summary>
    List<ReportedRun> Runs { get; }

    /// <summary>Where it is, for messages.</summary>
    string Place { get; }

    /// <summary>What the report holds beside its mappings; complete after <see cref="Finish"/>.</summary>
    OffsetReportSummary Summary { get; }

    /// <summary>The form of the report; final after <see cref="Finish"/>.</summary>
    OffsetReportFormat Format { get; }

    /// <summary>From where to where a mapping leads; final after <see cref="Finish"/>.</summary>
    MapPair PairOf(string mapping);

    /// <summary>Takes what is whole in <paramref name="bytes"/> and returns how many that were.</summary>
    /// <exception cref="ReportDamage">The report is damaged.</exception>
    int Take(ReadOnlySpan<byte> bytes, bool isFinal);

    /// <summary>The report has ended.</summary>
    /// <exception cref="ReportDamage">It ended too early.</exception>
    void Finish();
}
