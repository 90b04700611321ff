using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.S3;

/// <summary>What S3's and the network's failures mean for an archive, by status and error code.</summary>
internal static class S3Errors
{
    private const string AccessDenied = "AccessDenied";

    /// <summary>The failure as a <see cref="RestoreException"/>, or null when it is none that a person can act on.</summary>
    /// <param name="error">What the SDK threw, the caller's own cancellation excepted.</param>
    /// <param name="where">The object or bucket, as a URL.</param>
    public static RestoreException? Translate(Exception error, string where) => error switch
    {
        RestoreException known => known,
        OperationCanceledException or TimeoutException => Unavailable("The storage did not answer in time", where, error),
        AmazonServiceException { StatusCode: not 0 } service => FromAnswer(service, where),
        _ => FindRestoreException(error) ?? FromTransport(error, where),
    };

    /// <summary>The storage broke off or was not reached.</summary>
    public static RestoreException Unavailable(string what, string where, Exception? cause = null) =>
        new(ErrorCodes.StorageUnavailable, what, where, inner: cause);

    /// <summary>The object is there but rests in a class that cannot be read at once.</summary>
    public static RestoreException Archived(string where, string? storageClass, Exception? cause = null) => new(
        ErrorCodes.SegmentMissing,
        $"The object is archived ({storageClass ?? "GLACIER or DEEP_ARCHIVE"}) and cannot be read now",
        where,
        "Bring it back with S3's restore-object, wait until that is done, then run again.",
        cause);

    /// <summary>There is no such object.</summary>
    public static RestoreException Missing(string where, Exception? cause = null) =>
        new(ErrorCodes.SegmentMissing, "The object does not exist", where, inner: cause);

    /// <summary>Whether the keys are good but this request is not allowed to them.</summary>
    public static bool IsForbidden(RestoreException error) =>
        error.Code == ErrorCodes.StorageDenied && error.InnerException is AmazonServiceException { ErrorCode: AccessDenied };

    /// <summary>A listing found nobody who would list.</summary>
    public static RestoreException NoListing(string where, Exception cause) =>
        Invalid("There is no such bucket, or no S3 service at this endpoint", where, "Check endpoint, region and bucket.", cause);

    private static RestoreException? FromAnswer(AmazonServiceException error, string where) => error.ErrorCode switch
    {
        "NoSuchKey" => Missing(where, error),
        "NoSuchBucket" => Invalid("The bucket does not exist", where, "Check the bucket's name, the endpoint and the account.", error),
        "InvalidObjectState" => Archived(where, null, error),
        AccessDenied or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired"

            // versitygw's word for an access key that nobody has; its status is 404.
            or "XAdminUserNotFound" => Denied(error, where),
        "RequestTimeTooSkewed" => new RestoreException(
            ErrorCodes.StorageUnavailable, "The clocks of this machine and of the storage differ too much", where, "Set this machine's clock.", error),
        "PermanentRedirect" or "TemporaryRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" =>
            Invalid("The bucket belongs to another region or endpoint", where, "Set region (and endpoint) to those of the bucket.", error),
        "RequestTimeout" or "SlowDown" or "ConditionalRequestConflict" or "OperationAborted" => Unavailable(Say(error), where, error),
        _ => FromStatus(error, where),
    };

    private static RestoreException FromStatus(AmazonServiceException error, string where) => error.StatusCode switch
    {
        HttpStatusCode.NotFound when error.ErrorCode is null or "" or "NotFound" or "NoSuchVersion" => Missing(where, error),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Denied(error, where),
        HttpStatusCode.PreconditionFailed => new RestoreException(ErrorCodes.StorageConflict, "The object exists already", where, inner: error),
        HttpStatusCode.NotImplemented => Invalid("The storage does not do what was asked", where, "Use a storage that supports this part of S3.", error),
        HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or >= HttpStatusCode.InternalServerError =>
            Unavailable(Say(error), where, error),
        _ => Invalid(Say(error), where, "Check endpoint, region, bucket and prefix.", error),
    };

    private static RestoreException Denied(AmazonServiceException error, string where) => new(
        ErrorCodes.StorageDenied,
        Say(error),
        where,
        "Check the keys and that they may read, list (and write) here; S3 answers the same for a missing object where listing is not allowed.",
        error);

    private static RestoreException? FromTransport(Exception error, string where)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException:
                    return Invalid(
                        "No trusted TLS connection to the endpoint", where, "Check https:// against http://, and that the endpoint's certificate is trusted here.", error);
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                    return Unavailable("The endpoint's host name is not known", where, error);
                case SocketException socket:
                    return Unavailable($"The storage cannot be reached ({socket.SocketErrorCode})", where, error);
                case OperationCanceledException or TimeoutException:
                    return Unavailable("The storage did not answer in time", where, error);
            }
        }

        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case HttpRequestException or IOException:
                    return Unavailable("The connection to the storage broke off", where, error);
                case AmazonUnmarshallingException or System.Xml.XmlException:
                    return Invalid("The endpoint does not answer like S3", where, "Check that the endpoint is an S3 service, not a web page or a proxy.", error);
            }
        }

        return error is AmazonClientException ? Unavailable("The request to the storage failed", where, error) : null;
    }

    private static RestoreException? FindRestoreException(Exception? error)
    {
        while (error is not null and not RestoreException)
        {
            error = error.InnerException;
        }

        return (RestoreException?)error;
    }

    private static string Say(AmazonServiceException error) =>
        string.IsNullOrEmpty(error.ErrorCode) || int.TryParse(error.ErrorCode, out _)
            ? $"The storage answered {(int)error.StatusCode}"
            : $"The storage answered {(int)error.StatusCode} {error.ErrorCode}";

    private static RestoreException Invalid(string what, string where, string hint, Exception cause) =>
        new(ErrorCodes.StorageInvalid, what, where, hint, cause);
}
