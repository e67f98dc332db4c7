using System.Collections;
using System.Globalization;
using Concord.Foundation;
using Concord.Modeling.Folders;
using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Tokenization.Comparisons;
using Concord.Training.Loop;

namespace Concord.Runs.Scoring;

/// <summary>
/// What tells two inputs, or two models with their settings, apart by content: everything that decides a line of scores
/// is in one of them, Concord's own code included.
/// </summary>
internal static class ScoreKey
{
    /// <summary>Of a file and how it is read. What can be read once only is like no other.</summary>
    /// <exception cref="ConcordException">It cannot be read.</exception>
    public static string OfInput(string file, ReadOptions reading)
    {
        var hash = new ContentHash();
        foreach (var property in typeof(ReadOptions).GetProperties().OrderBy(one => one.Name, StringComparer.Ordinal))
            Add(hash, $"{property.Name}={Text(property.GetValue(reading))}");
        Add(hash, file); // sources and lines bear its name
        if (FileTypes.IsRegular(file))
            hash.AddFile(file);
        else
            hash.Add(Guid.NewGuid().ToByteArray());
        return hash.ToString();
    }

    /// <summary>
    /// Of every weight as it is in memory, adapters and base alike, the files of tokenizer, template and
    /// configurations, and how texts are read and rewards computed and written.
    /// </summary>
    /// <exception cref="ConcordException">A file cannot be read.</exception>
    public static string OfModel(RewardModel model, ModelEncoding encoding, bool normalize)
    {
        var hash = new ContentHash();
        // no version number that somebody forgets to raise
        foreach (var part in (Type[])[typeof(Comparison), typeof(TokenFile), typeof(RewardModel), typeof(ScoreKey)])
            hash.Add(part.Module.ModuleVersionId.ToByteArray());
        Add(hash, ModelFingerprint.Of(model));
        Add(
            hash,
            $"{encoding.Choice.Name} {encoding.ParsesDialogues} {encoding.Truncation} "
                + $"{encoding.MaximumLength} {normalize}"
        );
        Add(hash, $"{model.Device.type} {model.HasBf16Products} {model.Embedding.Value.dtype}");
        Add(hash, string.Join(' ', model.Settings.Sources));
        Add(hash, $"{Text(model.Settings.RewardMean)} {Text(model.Settings.RewardStandardDeviation)}");
        foreach (var file in ReadingFiles.Of(model.Folder!))
        {
            Add(hash, Path.GetFileName(file));
            hash.Add(BitConverter.GetBytes(hash.AddFile(file)));
        }
        return hash.ToString();
    }

    private static void Add(ContentHash hash, string text) => hash.Add(text + "\n");

    private static string Text(object? value) =>
        value switch
        {
            null => "",
            string text => text,
            IEnumerable many => string.Join('\u001f', many.Cast<object?>().Select(Text)),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
}
