using KafkaRestore.Api.Contracts;
using KafkaRestore.Records.Errors;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KafkaRestore.Api.Endpoints;

/// <summary>Turns failures into problem documents. What nobody foresaw is logged and answered without its inside.</summary>
internal sealed partial class Problems(ILogger<Problems> log) : IExceptionHandler
{
    private const string TypePrefix = "urn:kafka-restore:error:";

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            return true; // nobody listens
        }

        var problem = exception switch
        {
            SubmissionRefused refused => Of(refused.Reason) with { Findings = refused.Findings },
            RestoreException known => Of(known),
            BadHttpRequestException bad => Of(bad),
            _ => Unforeseen(exception, context.Request.Path),
        };
        await WriteAsync(context, problem).ConfigureAwait(false);
        return true;
    }

    /// <summary>Answers with a problem.</summary>
    public static Task WriteAsync(HttpContext context, ProblemInfo problem)
    {
        context.Response.StatusCode = problem.Status;
        return context.Response.WriteAsJsonAsync(problem, ApiJson.Options, ProblemInfo.ContentType, CancellationToken.None);
    }

    /// <summary>A failure as a problem.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="status">The status of the answer; null: what the failure's kind stands for.</param>
    public static ProblemInfo Of(RestoreException failure, int? status = null) => new()
    {
        Type = TypePrefix + failure.Code.Word,
        Title = failure.Code.Meaning,
        Status = status ?? StatusOf(failure.Code),
        Detail = failure.Message,
        Code = failure.Code.Word,
        Where = failure.Where,
        Hint = failure.Hint ?? failure.Code.Remedy,
        ExitCode = (int)failure.Code.Exit,
    };

    // A body that is too large, or JSON that does not fit; the framework's text names the member.
    private static ProblemInfo Of(BadHttpRequestException bad) => Of(
        new RestoreException(ErrorCodes.Usage, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "the request is larger than the service takes" : $"the request cannot be read: {(bad.InnerException ?? bad).Message}", hint: "See /openapi/v1.json."),
        bad.StatusCode);

    private ProblemInfo Unforeseen(Exception exception, PathString path)
    {
        LogUnforeseen(path, exception);
        return Of(new RestoreException(ErrorCodes.Internal, "the request could not be answered; the service's log says more"));
    }

    private static int StatusOf(ErrorCode code) =>
        code == ErrorCodes.JobNotFound ? StatusCodes.Status404NotFound
        : code == ErrorCodes.JobNotRunning || code == ErrorCodes.JobLocked || code == ErrorCodes.JobDiffers ? StatusCodes.Status409Conflict
        : code == ErrorCodes.TargetUnreachable || code == ErrorCodes.StorageUnavailable ? StatusCodes.Status502BadGateway
        : code == ErrorCodes.DiskFull || code == ErrorCodes.StateUnwritable ? StatusCodes.Status507InsufficientStorage
        : code.Exit == ExitCode.Unexpected ? StatusCodes.Status500InternalServerError
        : StatusCodes.Status422UnprocessableEntity;

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} could not be answered")]
    private partial void LogUnforeseen(PathString path, Exception exception);
}
