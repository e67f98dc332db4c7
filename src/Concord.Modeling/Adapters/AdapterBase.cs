using Concord.Modeling.Files;

namespace Concord.Modeling.Adapters;

/// <summary>Finds the folder of an adapter's base model, wherever peft would find it.</summary>
internal static class AdapterBase
{
    /// <summary>
    /// The setting that names folders of models, as an environment variable: a base called <c>org/name</c> is looked
    /// for there.
    /// </summary>
    public const string ModelsSetting = "CONCORD_MODELS";

    /// <summary>The base model's folder.</summary>
    /// <param name="folder">The adapter's folder.</param>
    /// <param name="adapter">Its config.</param>
    /// <param name="beside">Where the base lay from the adapter when Concord saved it; null where it did not.</param>
    /// <exception cref="ConcordException">There is no such folder; the message names where it was looked
    /// for.</exception>
    public static string Find(string folder, AdapterConfigFile adapter, string? beside)
    {
        var file = Path.Combine(folder, AdapterConfigFile.Name);
        if (adapter.BaseModel.Length == 0)
            throw new ConcordException(
                $"{file}: base_model_name_or_path names no base model. Write the path of its folder there."
            );
        string[] places = [.. Places(folder, adapter, beside).Distinct(StringComparer.Ordinal)];
        return Array.Find(places, IsModel)
            ?? throw new ConcordException(
                $"{file}: the base model '{adapter.BaseModel}' (base_model_name_or_path) is nowhere here; looked for "
                    + $"were {string.Join(", ", places)}. Put its folder there, write its path into the file, or set "
                    + $"{ModelsSetting} to the folder that holds your models."
            );
    }

    // As peft and transformers look for it: a path, from where one stands too, then a name in the cache of the Hub.
    private static IEnumerable<string> Places(string folder, AdapterConfigFile adapter, string? beside)
    {
        var name = adapter.BaseModel;
        yield return Path.Combine(folder, name);
        if (beside is not null)
            yield return Path.GetFullPath(Path.Combine(folder, beside));
        if (Path.IsPathRooted(name))
            yield break;
        yield return name;
        string[] parts = name.Split('/');
        if (parts.Length > 2 || parts.Any(part => part.Length == 0 || part is "." or ".."))
            yield break;
        var cached = "models--" + string.Join("--", parts);
        foreach (var models in Models())
        {
            yield return Path.Combine(models, name);
            yield return Path.Combine(models, parts[^1]);
            yield return Snapshot(Path.Combine(models, cached), adapter.Revision);
        }
        yield return Snapshot(Path.Combine(HubCache(), cached), adapter.Revision);
    }

    private static string[] Models() =>
        (Environment.GetEnvironmentVariable(ModelsSetting) ?? "").Split(
            Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );

    // As huggingface_hub chooses it.
    private static string HubCache()
    {
        if (Environment.GetEnvironmentVariable("HF_HUB_CACHE") is { Length: > 0 } hub)
            return hub;
        if (Environment.GetEnvironmentVariable("HF_HOME") is { Length: > 0 } home)
            return Path.Combine(home, "hub");
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "huggingface", "hub");
    }

    // refs/NAME holds the name of a snapshot; a revision may be such a name itself
    private static string Snapshot(string cached, string? revision)
    {
        revision ??= "main";
        var reference = Path.Combine(cached, "refs", revision);
        try
        {
            var named = File.Exists(reference) ? File.ReadAllText(reference).Trim() : revision;
            return Path.Combine(cached, "snapshots", named);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Path.Combine(cached, "snapshots", revision);
        }
    }

    private static bool IsModel(string folder) => File.Exists(Path.Combine(folder, ModelFolder.ConfigFileName));
}
