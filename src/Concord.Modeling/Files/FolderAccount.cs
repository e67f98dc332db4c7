using System.IO.Enumeration;
using Concord.Foundation;

namespace Concord.Modeling.Files;

/// <summary>
/// What lies in a model's folder beside the files that are read, and what it would mean: a file that carries meaning
/// and is not read is named, never passed over.
/// </summary>
internal static class FolderAccount
{
    // Read elsewhere, or without meaning for a reward: pages, licences, what trainers leave behind.
    private static readonly string[] Passed =
    [
        ModelFolder.ConfigFileName,
        ModelFolder.WeightsFileName,
        ModelFolder.WeightsIndexFileName,
        ModelFolder.SettingsFileName,
        ModelFolder.GenerationConfigFileName,
        "adapter_config.json",
        "adapter_model.safetensors",
        "training.json",
        "training_prompts*",
        Checksums.FileName,
        "*.md",
        "*.txt",
        "LICENSE*",
        "NOTICE*",
        ".*",
        "*.png",
        "*.log",
        "*.partial*",
        "trainer_state.json",
        "trainer_log.jsonl",
        "*_results.json",
        "training_args.bin",
        "training_args.yaml",
        "optimizer.*",
        "scheduler.*",
        "scaler.pt",
        "rng_state*.pth",
        "latest",
        "zero_to_fp32.py",
        "events.out.tfevents.*",
    ];

    private static readonly (string Pattern, string Meaning)[] Meanings =
    [
        ("*.py", "code of the model's own, which is not run"),
        ("consolidated*", "weights in their publisher's own form"),
        ("params.json", "the shape in the publisher's own form"),
        ("*.bin", "pickled tensors, not read since opening them can run code"),
        ("*.pt", "pickled tensors, not read since opening them can run code"),
        ("*.pth", "pickled tensors, not read since opening them can run code"),
        ("*.safetensors", "tensors beside the model's own"),
        ("*.safetensors.index.json", "the index of weights that are not read"),
        ("*.gguf", "weights in another format"),
        ("*.onnx*", "weights in another format"),
        ("*.h5", "weights in another format"),
        ("*.msgpack", "weights in another format"),
        ("modules.json", "steps of sentence-transformers after the model, not applied"),
        ("*sentence_*.json", "settings of sentence-transformers, not applied"),
        ("*processor_config.json", "how images or sounds are read; only text is"),
        ("*quant*config.json", "how weights were quantised"),
    ];

    // Folders that say something of what is computed; others hold copies and checkpoints.
    private static readonly (string Pattern, string Meaning)[] Folders =
    [
        ("?_*", "a step of sentence-transformers after the model, not applied"),
    ];

    /// <summary>What is left aside, with its meaning.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="read">Names of files that were read.</param>
    /// <returns>A sentence; null where nothing is left aside.</returns>
    public static string? LeftAside(string folder, IEnumerable<string> read)
    {
        var passed = Passed.Concat(ModelFolder.TokenizerFileNames).Concat(read).ToArray();
        string[] left =
        [
            .. Directory
                .EnumerateFiles(folder)
                .Select(file => Path.GetFileName(file))
                .Where(name => !passed.Any(pattern => Fits(pattern, name)))
                .Order(StringComparer.Ordinal)
                .Select(name => $"{name} ({Meaning(Meanings, name) ?? "not known here"})"),
            .. Directory
                .EnumerateDirectories(folder)
                .Select(inner => Path.GetFileName(inner))
                .Order(StringComparer.Ordinal)
                .Select(name => (Name: name, Meaning: Meaning(Folders, name)))
                .Where(inner => inner.Meaning is not null)
                .Select(inner => $"{inner.Name} ({inner.Meaning})"),
        ];
        return left.Length == 0
            ? null
            : $"{folder}: left aside: {string.Join(", ", left.Take(12))}"
                + (left.Length > 12 ? $" and {left.Length - 12} more." : ".");
    }

    private static string? Meaning((string Pattern, string Meaning)[] among, string name) =>
        Array.Find(among, one => Fits(one.Pattern, name)).Meaning;

    private static bool Fits(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true);
}
