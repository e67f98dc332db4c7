using Concord.Foundation;
using Concord.Modeling.Folders;
using Concord.Runs.Recipes;

namespace Concord.Runs.Data;

/// <summary>The files and folders that a recipe reads.</summary>
internal static class RecipeFiles
{
    /// <summary>
    /// The files of its sources, the folder of its model with that of an adapter's base, and that of a tokenizer.
    /// </summary>
    /// <exception cref="ConcordException">A source names no file, or one does not exist.</exception>
    public static IEnumerable<string> Read(Recipe recipe)
    {
        foreach (var file in RunComparisons.Files(recipe))
            yield return file;
        if ((recipe.Model.Folder ?? recipe.Model.Init?.Tokenizer) is not { } folder)
            yield break;
        yield return folder;
        foreach (var file in ReadingFiles.Of(folder))
            yield return Path.GetDirectoryName(file)!;
    }

    /// <summary>Changes with every byte of the sources' files, and with which there are; null without files.</summary>
    /// <exception cref="ConcordException">A file does not exist or cannot be read.</exception>
    public static string? Fingerprint(Recipe recipe)
    {
        if (recipe.Sources.Count == 0)
            return null;
        var hash = new ContentHash();
        foreach (var file in RunComparisons.Files(recipe))
            hash.Add(BitConverter.GetBytes(hash.AddFile(file)));
        return hash.ToString();
    }
}
