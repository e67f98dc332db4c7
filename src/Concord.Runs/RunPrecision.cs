using Concord.Foundation;
using Concord.Modeling.Operations;
using Concord.Records;
using TorchSharp;

namespace Concord.Runs;

/// <summary>
/// What <c>precision</c> of a recipe comes to. <c>auto</c> measures once and writes its choice into the run's folder,
/// where it stays on resume.
/// </summary>
internal static class RunPrecision
{
    /// <summary>Whether products take bf16 factors.</summary>
    /// <param name="precision"><c>fp32</c>, <c>bf16</c> or <c>auto</c>.</param>
    /// <param name="device">Where is computed: a GPU takes bf16 by itself.</param>
    /// <param name="output">The run's folder.</param>
    /// <param name="say">Told what <c>auto</c> chose.</param>
    public static bool IsBf16(string precision, torch.Device device, string output, Action<string> say)
    {
        if (precision != "auto")
            return precision == "bf16";
        var file = new RunContents(output).PrecisionFile;
        if (File.Exists(file))
            return InputFile.ReadText(file, "bf16 or fp32").Trim() == "bf16";
        var (bf16, reason) = device.type == DeviceType.CPU ? Measure() : (true, "as on any GPU");
        Disk.CreateFolder(output);
        AtomicFile.WriteText(file, bf16 ? "bf16\n" : "fp32\n");
        say($"precision auto: {(bf16 ? "bf16" : "fp32")} ({reason})");
        return bf16;
    }

    private static (bool Bf16, string Reason) Measure()
    {
        var (fp32, bf16) = ProductSpeed.Measure();
        return (
            bf16 > fp32,
            bf16 == 0
                ? "this processor has no bf16 instructions"
                : FormattableString.Invariant($"{bf16:f0} GFLOPS against {fp32:f0} in fp32")
        );
    }
}
