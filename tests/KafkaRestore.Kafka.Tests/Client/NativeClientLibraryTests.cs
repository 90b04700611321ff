using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Tests.Client;

public sealed class NativeClientLibraryTests
{
    [Fact]
    public void The_library_is_loaded_once_and_named()
    {
        var first = NativeClientLibrary.EnsureLoaded();

        Assert.Same(first, NativeClientLibrary.EnsureLoaded());
        Assert.Same(first, NativeClientLibrary.Current);
        Assert.True(first.Version >= NativeClientLibrary.Lowest);
    }

    [Fact]
    public void No_library_anywhere_says_what_to_install()
    {
        var failure = Assert.Throws<RestoreException>(() => NativeClientLibrary.Load([new("no-such-library-here", NativeLibraryOrigin.System)]));

        Assert.Equal(ErrorCodes.NativeLibraryMissing, failure.Code);
        Assert.Contains("librdkafka1", failure.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_something_else_is_passed_over()
    {
        var other = OperatingSystem.IsLinux() ? "libc.so.6" : "libSystem";

        Assert.Throws<RestoreException>(() => NativeClientLibrary.Load([new(other, NativeLibraryOrigin.System)]));
    }

    [Theory]
    [InlineData(0x020002ff, "2.0.2")]
    [InlineData(0x020b01ff, "2.11.1")]
    [InlineData(0x000b06ff, "0.11.6")]
    public void Versions_are_decoded(int number, string expected) => Assert.Equal(Version.Parse(expected), NativeClientLibrary.Decode(number));

    [Fact]
    public void What_came_with_the_program_is_found_by_its_file()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "alpine-librdkafka.so"), "");

            var found = NativeLibraryCandidates.Packaged([directory.FullName, "/no/such/directory"], ".so");

            Assert.Equal([new(Path.Combine(directory.FullName, "alpine-librdkafka.so"), NativeLibraryOrigin.Packaged)], found);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
