using Concord.Modeling.Rewards;
using Concord.Preferences.Readers;
using Concord.Runs.Data;
using Concord.Runs.Recipes;
using Concord.Tokenization;
using Concord.Tokenization.Comparisons;
using Concord.Tokenization.Rendering;

namespace Concord.Bench;

/// <summary>
/// Tokenization on one and two threads, and what a run's start costs with and without kept token ids.
/// </summary>
internal static class TokensBenchmark
{
    /// <summary>Runs: <c>tokens MODEL FILE.. [tokens=512] [rounds=5]</c>.</summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        var (folder, files) = (options.Words[0], options.Words[1..]);
        int maximum = options.Number("tokens", 512),
            rounds = options.Number("rounds", 5);
        using var model = RewardModel.Load(folder, new RewardModelOptions { HeadSeed = 1 });
        string[][] sets = files.Length > 1 ? [.. files.Select(file => new[] { file }), files] : [files];
        Console.WriteLine($"{Machine.Words}\n");
        Tokenization(model, folder, files, maximum, rounds);
        Start(model, folder, sets, maximum, rounds);
    }

    private static void Tokenization(RewardModel model, string folder, string[] files, int maximum, int rounds)
    {
        Console.WriteLine($"Tokenization, rows of at most {maximum} tokens (median of {rounds} interleaved rounds)");
        Console.WriteLine("Characters and tokens are those of all rows, before the prompt is shared and anything cut");
        Console.WriteLine();
        Console.WriteLine(
            "| file | comparisons | characters, millions | tokens, millions | 1 thread, s | 2 threads, s | times | "
                + "millions of tokens/s on 2 |"
        );
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        var encoding = new ModelEncoding(model, maximum);
        var whole = new ComparisonEncoder(
            Tokenizer.Load(folder),
            new RenderingOptions { Rendering = encoding.Choice.Rendering }
        );
        foreach (var file in files)
        {
            var comparisons = PreferenceFile.Read(file).Comparisons;
            var characters =
                comparisons.Sum(comparison => whole.Render(comparison).Sum(row => (double)row.Length)) / 1e6;
            var tokens =
                comparisons.Sum(comparison => whole.EncodeRows(comparison).Sum(row => (double)row.Length)) / 1e6;
            void Encode(int threads) =>
                Parallel.ForEach(
                    comparisons,
                    new ParallelOptions { MaxDegreeOfParallelism = threads },
                    comparison => encoding.Encode(comparison)
                );
            var times = Contest.Medians(rounds, .2, () => Encode(1), () => Encode(2));
            var amount = $"{comparisons.Count:#,0} | {characters:F1} | {tokens:F2}";
            Console.WriteLine(
                $"| {Path.GetFileName(file)} | {amount} | {times[0]:F2} | {times[1]:F2} "
                    + $"| {Ratio.Shown(times[0] / times[1])} | {tokens / times[1]:F2} |"
            );
        }
        Console.WriteLine();
    }

    private static void Start(RewardModel model, string folder, string[][] sets, int maximum, int rounds)
    {
        Console.WriteLine("Start of a run, from a recipe to ids that can be trained on; the model's own loading apart");
        Console.WriteLine();
        Console.WriteLine(
            "| files | bytes, MB | comparisons | without kept ids, ms | writing them, ms | file, MB | from kept "
                + "ids, ms | its key, ms | times | all ids, ms |"
        );
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        var cache = Directory.CreateTempSubdirectory();
        try
        {
            foreach (var files in sets)
                Row(model, folder, files, maximum, rounds, Path.Combine(cache.FullName, Guid.NewGuid().ToString("N")));
        }
        finally
        {
            cache.Delete(recursive: true);
        }
        Console.WriteLine();
    }

    private static void Row(RewardModel model, string folder, string[] files, int maximum, int rounds, string cache)
    {
        Recipe Of(string? kept) =>
            new()
            {
                Cache = kept,
                Sources = [.. files.Select(file => new PreferenceSource { Files = [Path.GetFullPath(file)] })],
                Model = new ModelRecipe { Folder = folder },
                Text = new TextRecipe { MaximumLength = maximum },
            };
        model.Settings = model.Settings with { MaximumLength = maximum };
        RunTokens Tokens(RunData data) => data.Tokens(() => new ModelEncoding(model), default);
        void Nothing(string note) => throw new InvalidOperationException(note);
        // its first run: the file is written
        using (var first = RunData.Open(Of(cache), Nothing))
        {
            Tokens(first);
            first.Keep();
        }
        var place = Directory.GetFiles(cache, "*.tokens", SearchOption.AllDirectories).Single();
        using var kept = RunData.Open(Of(cache), Nothing);
        var read = Tokens(kept);
        TokenizedComparison[][] parts =
        [
            [.. read.Training.Select(InMemory)],
            [.. read.HeldOut.Select(InMemory)],
        ];
        var times = Contest.Medians(
            rounds,
            .1,
            () =>
            {
                using var data = RunData.Open(Of(null), Nothing);
                Tokens(data);
            },
            () => TokenFile.Write(place + ".copy", 1, parts, default),
            () =>
            {
                using var data = RunData.Open(Of(cache), Nothing);
                if (!data.IsKept)
                    throw new InvalidOperationException("The ids are not kept.");
                Tokens(data);
            },
            () => RunTokensKey.Of(Of(cache)),
            () =>
            {
                foreach (var comparison in read.Training.Concat(read.HeldOut))
                    _ = comparison.Ids;
            }
        );
        var (name, bytes) = (
            files.Length == 1 ? Path.GetFileName(files[0]) : "all",
            files.Sum(file => new FileInfo(file).Length) / 1e6
        );
        double[] ms = [.. times.Select(time => time * 1e3)];
        var before =
            $"| {name} | {bytes:F1} | {read.Training.Count + read.HeldOut.Count:#,0} | {ms[0]:#,0} | {ms[1]:F0} | "
            + $"{new FileInfo(place).Length / 1e6:F1}";
        Console.WriteLine($"{before} | {ms[2]:F1} | {ms[3]:F1} | {ms[0] / ms[2]:F0} | {ms[4]:F1} |");
    }

    private static TokenizedComparison InMemory(TokenizedComparison stored)
    {
        var (prefix, suffixes) = stored.Ids;
        return stored with { Prefix = prefix, Suffixes = suffixes };
    }
}
