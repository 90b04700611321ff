using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Api.Hosting;
using KafkaRestore.Records.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace KafkaRestore.Api.Endpoints;

/// <summary>Jobs over HTTP.</summary>
internal static class JobEndpoints
{
    private const string Jobs = "/v1/jobs";
    private const string OffsetResets = "/v1/offset-resets";
    private const int MostJobs = 500;
    private const int MostLanes = 1_000;
    private const string LastEventHeader = "Last-Event-ID";

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes, ApiOptions options)
    {
        routes.MapPost(Jobs, (HttpRequest request, IRestoreService service, bool? again, bool? adopt, bool? purge, CancellationToken stop) =>
                SubmitAsync(request, service, options.MaxDocumentBytes, submission => submission with { Again = again ?? false, Adopt = adopt ?? false, Purge = purge ?? false }, stop))
            .Accepts<string>("application/yaml", [.. SubmittedDocument.MediaTypes]).Produces<SubmitResult>(StatusCodes.Status201Created).Produces<SubmitResult>().WithProblems()
            .WithName("submit").WithSummary("Takes a restore: its configuration is read, planned and checked, and the job is durable before the answer.");
        routes.MapPost(OffsetResets, (HttpRequest request, IRestoreService service, CancellationToken stop) =>
                SubmitAsync(request, service, options.MaxDocumentBytes, static submission => submission with { Kind = JobKind.OffsetReset }, stop))
            .Accepts<string>("application/yaml", [.. SubmittedDocument.MediaTypes]).Produces<SubmitResult>(StatusCodes.Status201Created).Produces<SubmitResult>().WithProblems()
            .WithName("submit_offset_reset").WithSummary("Takes an offset reset: the consumer groups of the configuration are led to where its finished restore has put what they read. The job is one like others.");
        routes.MapGet(Jobs, (IRestoreService service, string? state, string? after, int? limit, CancellationToken stop) =>
                service.ListAsync(new JobQuery(StateOf(state), after, Within(limit ?? 50, MostJobs, nameof(limit))), stop))
            .WithProblems().WithName("list").WithSummary("The jobs, the newest first.");
        routes.MapGet(Jobs + "/{id}", (string id, IRestoreService service, CancellationToken stop) => service.GetAsync(id, stop))
            .WithProblems().WithName("get").WithSummary("One job.");
        routes.MapGet(Jobs + "/{id}/lanes", (string id, IRestoreService service, string? state, int? offset, int? limit, CancellationToken stop) =>
                service.LanesAsync(id, new LaneQuery(state, Math.Max(0, offset ?? 0), Within(limit ?? 100, MostLanes, nameof(limit))), stop))
            .WithProblems().WithName("lanes").WithSummary("Lanes of a job: failed ones first, then those that run, wait, are done.");
        routes.MapGet(Jobs + "/{id}/events", EventsAsync)
            .Produces<JobEvent>(contentType: "text/event-stream").WithProblems()
            .WithName("events").WithSummary("What happens to a job, as server-sent events; ends with the job. Last-Event-ID repeats what was missed.");
        routes.MapPost(Jobs + "/{id}/pause", (string id, IRestoreService service, CancellationToken stop) => service.PauseAsync(id, stop))
            .WithProblems().WithName("pause").WithSummary("Lets a job stand still; its progress is saved.");
        routes.MapPost(Jobs + "/{id}/resume", (string id, IRestoreService service, CancellationToken stop) => service.ResumeAsync(id, stop))
            .WithProblems().WithName("resume").WithSummary("Lets a job go on that is paused or has ended without being done.");
        routes.MapPost(Jobs + "/{id}/cancel", (string id, IRestoreService service, CancellationToken stop) => service.CancelAsync(id, stop))
            .WithProblems().WithName("cancel").WithSummary("Ends a job. What was written stays.");
        routes.MapPatch(Jobs + "/{id}/limits", (string id, LimitsChange change, IRestoreService service, CancellationToken stop) => service.ChangeLimitsAsync(id, change, stop))
            .WithProblems().WithName("change_limits").WithSummary("Changes the limits of a job that runs; what is not named stays as it is.");
        routes.MapGet(Jobs + "/{id}/report", async Task<FileContentHttpResult> (string id, IRestoreService service, CancellationToken stop) =>
                TypedResults.Bytes((await service.ReportAsync(id, stop).ConfigureAwait(false)).ToArray(), "application/json"))
            .Produces<object>(contentType: "application/json").WithProblems()
            .WithName("report").WithSummary("The report of the job's last run.");
        routes.MapGet(Jobs + "/{id}/snapshots/{snapshot}", async Task<FileContentHttpResult> (string id, string snapshot, IRestoreService service, CancellationToken stop) =>
                TypedResults.Bytes((await service.SnapshotAsync(id, snapshot, stop).ConfigureAwait(false)).ToArray(), "application/json"))
            .Produces<object>(contentType: "application/json").WithProblems()
            .WithName("snapshot").WithSummary("What consumer groups had committed before the job reset them; its report names the snapshots.");
    }

    private static async Task<IResult> SubmitAsync(
        HttpRequest request, IRestoreService service, long most, Func<JobSubmission, JobSubmission> with, CancellationToken stop)
    {
        var result = await service.SubmitAsync(with(await SubmittedDocument.ReadAsync(request, most, stop).ConfigureAwait(false)), stop).ConfigureAwait(false);
        return result.IsNew ? TypedResults.Created($"{Jobs}/{result.Job.Id}", result) : TypedResults.Ok(result);
    }

    private static async Task<ServerSentEventsResult<JobEvent>> EventsAsync(
        string id, IRestoreService service, IHostApplicationLifetime lifetime, [FromHeader(Name = LastEventHeader)] string? last, CancellationToken stop)
    {
        long? after = last is null ? null
            : long.TryParse(last, out var number) ? number
            : throw new RestoreException(ErrorCodes.Usage, "it is not the number of an event", LastEventHeader, "Send the id of the last event that you got, or leave it out.");

        // Who asks for a job that is not there gets a problem, not an empty stream.
        await service.GetAsync(id, stop).ConfigureAwait(false);
        return TypedResults.ServerSentEvents(ItemsAsync(service, id, after, lifetime.ApplicationStopping, stop));
    }

    private static async IAsyncEnumerable<SseItem<JobEvent>> ItemsAsync(
        IRestoreService service, string id, long? after, CancellationToken stopping, [EnumeratorCancellation] CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, stop);
        var events = service.EventsAsync(id, after, either.Token).GetAsyncEnumerator(either.Token);
        await using (events.ConfigureAwait(false))
        {
            while (await NextAsync(events, either.Token).ConfigureAwait(false))
            {
                var one = events.Current;
                yield return new SseItem<JobEvent>(one, JsonNamingPolicy.SnakeCaseLower.ConvertName(one.Kind.ToString())) { EventId = one.Number.ToString(CultureInfo.InvariantCulture) };
            }
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<JobEvent> events, CancellationToken stop)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false; // the stream ends in order; who listens asks again
        }
    }

    private static JobState? StateOf(string? word) => word is null ? null
        : Enum.TryParse<JobState>(word, ignoreCase: true, out var state) && !char.IsAsciiDigit(word[0]) ? state
        : throw new RestoreException(ErrorCodes.Usage, $"there is no state of this name; there are {string.Join(", ", Enum.GetNames<JobState>()).ToLowerInvariant()}", "state");

    private static int Within(int number, int most, string name) => number >= 1 && number <= most
        ? number
        : throw new RestoreException(ErrorCodes.Usage, $"it is a whole number from 1 to {most}, not {number}", name);

    private static RouteHandlerBuilder WithProblems(this RouteHandlerBuilder route) => route.Produces<ProblemInfo>(StatusCodes.Status422UnprocessableEntity, ProblemInfo.ContentType);
}
