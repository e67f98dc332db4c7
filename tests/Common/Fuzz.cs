using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Concord.Tests;

/// <summary>
/// Gives a parser files that are damaged in many ways and holds it to three things: it ends, soon, in little memory,
/// and what it does not like it says in a sentence.
/// </summary>
/// <remarks>
/// In the suite a few hundred executions; for CONCORD_FUZZ_SECONDS each where that is set. What fails is kept in the
/// folder CONCORD_FUZZ_FOLDER, or that of temporary files.
/// </remarks>
internal static class Fuzz
{
    private const int Executions = 300;
    private const long MostBytes = 512L << 20;

    // a core that does something else may be slow; what hangs, hangs for ever
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(5),
        Hanging = TimeSpan.FromSeconds(60);

    /// <summary>Damages seeds and runs the parser over each.</summary>
    /// <param name="name">What is parsed; files of cases/hostile/fuzz that begin with it are seeds too.</param>
    /// <param name="target">Parses bytes.</param>
    /// <param name="words">What such files are made of: put in here and there.</param>
    /// <param name="seeds">Files that are whole.</param>
    public static void Run(string name, Action<byte[]> target, string[] words, params byte[][] seeds)
    {
        foreach (var seed in seeds)
            Check(name, target, seed);
        var known = Known(name);
        foreach (var file in known)
            Check(Path.GetFileName(file), target, File.ReadAllBytes(file));
        byte[][] all = [.. seeds, .. known.Select(File.ReadAllBytes)];
        var seconds = Environment.GetEnvironmentVariable("CONCORD_FUZZ_SECONDS");
        var mutator = new Mutator(seconds is null ? 1 : Environment.TickCount, words);
        var watch = Stopwatch.StartNew();
        var until = seconds is null ? TimeSpan.MaxValue : TimeSpan.FromSeconds(double.Parse(seconds, Invariant));
        var done = 0;
        for (; seconds is null ? done < Executions : watch.Elapsed < until; done++)
            Check(name, target, mutator.Next(all));
        TestContext.Current.SendDiagnosticMessage($"{name}: {done} executions in {watch.Elapsed}");
    }

    /// <summary>Runs a parser over one file.</summary>
    public static void Check(string name, Action<byte[]> target, byte[] bytes)
    {
        Exception? failed = null;
        long allocated = 0;
        var watch = Stopwatch.StartNew();
        // A thread of its own: a parser that hangs must not hang the tests.
        var thread = new Thread(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                target(bytes);
            }
            catch (ConcordException error) when (IsSentence(error.Message)) { }
            catch (Exception error)
            {
                failed = error;
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        })
        {
            IsBackground = true,
        };
        thread.Start();
        var ended = thread.Join(Hanging);
        if (!ended)
            Fail("it does not end", bytes, name);
        if (failed is not null)
            Fail(failed.ToString(), bytes, name);
        if (watch.Elapsed > Slowest)
            Fail($"it takes {watch.Elapsed}", bytes, name);
        if (allocated > MostBytes)
            Fail($"it takes {allocated >> 20} MB", bytes, name);
    }

    /// <summary>Damaged files that were found before, by the parser's name; none where ../shared is absent.</summary>
    public static string[] Known(string name) =>
        Shared.Exists
            ?
            [
                .. Directory
                    .GetFiles(Shared.Path("cases", "hostile", "fuzz"), $"{name}-*")
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    private static bool IsSentence(string message) =>
        message.Length > 10 && !message.Contains("   at ", StringComparison.Ordinal);

    private static void Fail(string what, byte[] bytes, string name)
    {
        var folder = Environment.GetEnvironmentVariable("CONCORD_FUZZ_FOLDER") ?? Path.GetTempPath();
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..12];
        var file = Path.Combine(folder, $"fuzz-{name}-{hash}");
        File.WriteAllBytes(file, bytes);
        Assert.Fail($"{name}: {what}\nThe file is kept as {file}.");
    }
}
