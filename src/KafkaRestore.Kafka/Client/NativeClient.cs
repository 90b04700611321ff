using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace KafkaRestore.Kafka.Client;

/// <summary>Entry points of librdkafka that Confluent.Kafka does not show.</summary>
internal static unsafe class NativeClient
{
    private const int PurgeQueue = 1;
    private const int PurgeInFlight = 2;
    private const int PurgeNonBlocking = 4;

    /// <summary>The cluster's id; null when no broker told it in time.</summary>
    internal static string? ClusterId(IClient client, TimeSpan timeout)
    {
        var clusterId = (delegate* unmanaged[Cdecl]<nint, int, nint>)Export("rd_kafka_clusterid");
        var free = (delegate* unmanaged[Cdecl]<nint, nint, void>)Export("rd_kafka_mem_free");
        using var lease = new Lease(client);
        var text = clusterId(lease.Pointer, (int)timeout.TotalMilliseconds);
        if (text == 0)
        {
            return null;
        }

        try
        {
            return Marshal.PtrToStringUTF8(text);
        }
        finally
        {
            free(lease.Pointer, text);
        }
    }

    /// <summary>Drops every record that is not acknowledged, queued or in flight; does not wait.</summary>
    internal static void Purge(IClient client)
    {
        var purge = (delegate* unmanaged[Cdecl]<nint, int, int>)Export("rd_kafka_purge");
        using var lease = new Lease(client);
        _ = purge(lease.Pointer, PurgeQueue | PurgeInFlight | PurgeNonBlocking);
    }

    /// <summary>The error that ended the instance for good; <see cref="ErrorCode.NoError"/> while it works.</summary>
    internal static Error FatalError(IClient client)
    {
        var fatal = (delegate* unmanaged[Cdecl]<nint, byte*, nint, int>)Export("rd_kafka_fatal_error");
        const int size = 512;
        var text = stackalloc byte[size];
        text[0] = 0;
        using var lease = new Lease(client);
        var code = (ErrorCode)fatal(lease.Pointer, text, size);
        return new Error(code, Marshal.PtrToStringUTF8((nint)text));
    }

    /// <summary>The mock cluster that a client was configured to run.</summary>
    internal static nint MockClusterOf(IClient client)
    {
        var mockOf = (delegate* unmanaged[Cdecl]<nint, nint>)Export("rd_kafka_handle_mock_cluster");
        using var lease = new Lease(client);
        return mockOf(lease.Pointer);
    }

    /// <summary>An entry point by its name.</summary>
    internal static nint Export(string name) => NativeLibrary.GetExport(NativeClientLibrary.Handle, name);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_LibrdkafkaHandle")]
    [return: UnsafeAccessorType("Confluent.Kafka.Impl.SafeKafkaHandle, Confluent.Kafka")]
    private static extern object HandleOf(Handle handle);

    /// <summary>Keeps a client's handle from being freed while it is used.</summary>
    internal readonly ref struct Lease
    {
        private readonly SafeHandle _handle;

        internal Lease(IClient client)
        {
            _handle = (SafeHandle)HandleOf(client.Handle);
            var added = false;
            _handle.DangerousAddRef(ref added);
        }

        internal nint Pointer => _handle.DangerousGetHandle();

        public void Dispose() => _handle.DangerousRelease();
    }
}
