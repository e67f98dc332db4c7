using System.Text;
using Concord.Foundation;
using Concord.Modeling.Folders;
using Concord.Preferences;
using Concord.Runs.Recipes;
using Concord.Tokenization.Comparisons;

namespace Concord.Runs.Data;

/// <summary>
/// A number that changes with whatever decides a recipe's token ids and what is said of them: every byte of the
/// sources' files, how they are named, read, split and limited, every byte of the tokenizer, chat template and
/// configurations, rendering, truncation and pooling, and Concord's own code that does it.
/// </summary>
internal static class RunTokensKey
{
    /// <summary>The key of a recipe with sources in files.</summary>
    /// <exception cref="ConcordException">A file is not there or cannot be read.</exception>
    public static UInt128 Of(Recipe recipe)
    {
        var hash = new ContentHash();
        // no version number that somebody forgets to raise
        foreach (var part in (Type[])[typeof(Comparison), typeof(TokenFile), typeof(RunTokensKey)])
            hash.Add(part.Module.ModuleVersionId.ToByteArray());
        // where the model's files lie changes nothing; where the sources' lie is written with their scores
        AddText(
            hash,
            RecipeFile.Write(
                new Recipe
                {
                    Data = recipe.Data,
                    Sources = recipe.Sources,
                    HeldOutFiles = recipe.HeldOutFiles,
                    Only = recipe.Only,
                    // the validation side is taken of the ids that are kept
                    Split = recipe.Split with
                    {
                        Validation = 0,
                    },
                    Text = recipe.Text,
                    Model = new ModelRecipe { Pooling = recipe.Model.Pooling, Init = recipe.Model.Init },
                }
            )
        );
        foreach (var path in RunComparisons.Files(recipe))
            AddFile(hash, path);
        foreach (
            var path in (recipe.Model.Folder ?? recipe.Model.Init?.Tokenizer) is { } folder
                ? ReadingFiles.Of(folder)
                : []
        )
        {
            AddText(hash, Path.GetFileName(path));
            AddFile(hash, path);
        }
        return hash.Value;
    }

    private static void AddText(ContentHash hash, string text)
    {
        hash.Add(BitConverter.GetBytes(text.Length));
        hash.Add(Encoding.Unicode.GetBytes(text));
    }

    private static void AddFile(ContentHash hash, string path) => hash.Add(BitConverter.GetBytes(hash.AddFile(path)));
}
