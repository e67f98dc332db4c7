using System.Text;
using Concord.Records;
using Xunit;

namespace Concord.Tests.Records;

/// <summary>Damaged files of runs and models: what is read, or a sentence.</summary>
public sealed class HostileRecordTests : IDisposable
{
    private static readonly string[] Words =
    [
        "\"version\":",
        "\"sources\":{",
        "\"step\":",
        "\"pooling\":\"last\"",
        "\"evaluation\":",
        "\"temperature\":",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_damaged_concord_json() =>
        Fuzz.Run(
            "concord",
            bytes => ConcordModelSettings.Read(With(ConcordModelSettings.FileName, bytes)),
            Words,
            "{\"version\":1,\"pooling\":\"last\",\"sources\":{\"a\":1.5,\"b\":null},\"maximum_length\":512}"u8.ToArray()
        );

    [Fact]
    public void A_damaged_run_json() =>
        Fuzz.Run(
            "run",
            bytes => RunRecord.Read(With(RunRecord.FileName, bytes)),
            Words,
            "{\"version\":1,\"status\":\"finished\",\"step\":3,\"steps\":3,\"best_step\":2,\"data\":\"00\"}"u8.ToArray()
        );

    [Fact]
    public void A_damaged_metrics_file() =>
        Fuzz.Run(
            "metrics",
            bytes =>
            {
                var file = Path.Combine(With(MetricsFile.FileName, bytes), MetricsFile.FileName);
                // it waits for the disk
                if (bytes.Length % 16 == 0)
                    MetricsFile.CutBack(file, 1, 1);
                MetricsFile.Read(file);
            },
            Words,
            "{\"step\":1,\"loss\":0.5}\n{\"step\":1,\"evaluation\":{\"accuracy\":0.5}}\n"u8.ToArray()
        );

    [Theory]
    [InlineData("{\"sources\":")]
    [InlineData("[")]
    public void Nesting_without_measure_is_refused(string open)
    {
        var text = string.Concat(Enumerable.Repeat(open, 100_000));
        Assert.Throws<ConcordException>(() =>
            ConcordModelSettings.Read(With(ConcordModelSettings.FileName, Encoding.UTF8.GetBytes(text)))
        );
    }

    private string With(string name, byte[] bytes)
    {
        File.WriteAllBytes(folder.File(name), bytes);
        return folder.Path;
    }
}
