using Concord.Modeling.Files;

namespace Concord.Modeling.Adapters;

/// <summary>
/// Which modules of a model an adapter is on, and their ranks and alphas, by the rules of peft
/// (<c>check_target_module_exists</c>, <c>get_pattern_key</c>).
/// </summary>
internal sealed class AdapterModules
{
    private readonly IReadOnlyList<string>? targets; // null for all linear layers, or a pattern
    private readonly AdapterPattern? pattern;
    private readonly IReadOnlyList<string> excluded;
    private readonly AdapterPattern? excludedPattern;
    private readonly IReadOnlyList<AdapterPattern> saved;
    private readonly HashSet<int>? layers;
    private readonly IReadOnlyList<AdapterPattern> layerPatterns;
    private readonly IReadOnlyList<(AdapterPattern Pattern, int Rank)> ranks;
    private readonly IReadOnlyList<(AdapterPattern Pattern, double Alpha)> alphas;

    /// <summary>Layers chosen by their short names, all of one rank and alpha; all linear layers where empty.</summary>
    public AdapterModules(IReadOnlyList<string> names)
    {
        targets = names.Count > 0 ? names : null;
        (excluded, saved, layerPatterns, ranks, alphas) = ([], [], [], [], []);
    }

    private AdapterModules(ConfigDocument config)
    {
        (targets, pattern) = Names(config, "target_modules");
        if (pattern is { Text: "all-linear" })
            pattern = null;
        else if (targets is null && pattern is null)
            throw config.Wrong("target_modules", "a list of layer names, a regular expression, or \"all-linear\"");
        (var names, excludedPattern) = Names(config, "exclude_modules");
        excluded = names ?? [];
        saved =
        [
            .. (config.Texts("modules_to_save") ?? []).Select(name =>
                Pattern("modules_to_save", $@"(^|.*\.){name}($|\..*)")
            ),
        ];
        layers = config.Integers("layers_to_transform", 0, 1 << 20) is { Count: > 0 } listed ? [.. listed] : null;
        var (several, one) = Names(config, "layers_pattern");
        layerPatterns =
        [
            .. (several ?? (one is { Text.Length: > 0 } ? [one.Text] : [])).Select(name =>
                Pattern("layers_pattern", $@".*?\.{name}\.(\d+)\.")
            ),
        ];
        using var rankPattern = config.Object("rank_pattern");
        ranks =
        [
            .. (rankPattern?.Keys ?? []).Select(key =>
                (
                    Ending("rank_pattern", key),
                    rankPattern!.Integer(key, 1, AdapterConfigFile.LargestRank) ?? throw rankPattern.Missing(key)
                )
            ),
        ];
        using var alphaPattern = config.Object("alpha_pattern");
        alphas =
        [
            .. (alphaPattern?.Keys ?? []).Select(key =>
                (Ending("alpha_pattern", key), alphaPattern!.Number(key) ?? throw alphaPattern.Missing(key))
            ),
        ];

        AdapterPattern Pattern(string key, string text) => new(text, config.File, key);

        AdapterPattern Ending(string key, string text) => new($@"(?:.*\.)?(?:{text})$", config.File, key);
    }

    /// <summary>Reads a file's.</summary>
    /// <exception cref="ConcordException">A value does not fit.</exception>
    public static AdapterModules Read(ConfigDocument config) => new(config);

    /// <summary>Whether a module has an adapter.</summary>
    /// <param name="module">Its name in the model peft wrapped (<c>model.layers.0.self_attn.q_proj</c>).</param>
    public bool Has(string module)
    {
        if (excludedPattern?.IsWhole(module) == true || excluded.Any(name => IsOrEndsWith(module, name)))
            return false;
        if (saved.Any(one => one.Begins(module)))
            return false;
        if (pattern is not null)
            return pattern.IsWhole(module);
        if (targets is null)
            return true;
        return targets.Any(name => IsOrEndsWith(module, name))
            && (layers is null || LayerOf(module) is { } at && layers.Contains(at));
    }

    /// <summary>Whether a name of a list of targets is that of a module; true where targets are no such list.</summary>
    public IEnumerable<string> WithoutModule(IReadOnlyCollection<string> modules) =>
        (targets ?? []).Where(name => !modules.Any(module => IsOrEndsWith(module, name)));

    /// <summary>The rank of a module's adapter.</summary>
    public int Rank(string module, int other) =>
        ranks.Where(one => one.Pattern.Begins(module)).Select(one => (int?)one.Rank).FirstOrDefault() ?? other;

    /// <summary>The alpha of a module's adapter.</summary>
    public double Alpha(string module, double other) =>
        alphas.Where(one => one.Pattern.Begins(module)).Select(one => (double?)one.Alpha).FirstOrDefault() ?? other;

    private static bool IsOrEndsWith(string module, string name) =>
        module == name
        || (
            module.EndsWith(name, StringComparison.Ordinal)
            && module.Length > name.Length
            && module[^(name.Length + 1)] == '.'
        );

    private int? LayerOf(string module)
    {
        foreach (var one in layerPatterns)
            if (one.Group(module) is { } number)
                return number;
        return layerPatterns.Count == 0 ? AnyLayer.Group(module) : null;
    }

    private static readonly AdapterPattern AnyLayer = new(@".*?\.[^.]*\.(\d+)\.", "", "layers_pattern");

    private static (IReadOnlyList<string>? List, AdapterPattern? Pattern) Names(ConfigDocument config, string key) =>
        !config.Has(key) ? (null, null)
        : config.IsText(key) ? (null, new AdapterPattern(config.Text(key)!, config.File, key))
        : (config.Texts(key), null);
}
