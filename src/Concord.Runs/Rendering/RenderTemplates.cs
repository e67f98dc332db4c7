using Concord.Foundation;
using Concord.Tokenization;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Rendering;

/// <summary>The templates of a run, each read once: a file, files of a folder, a line's own, or the model's.</summary>
internal sealed class RenderTemplates(
    string? place,
    Tokenizer? tokenizer,
    TimeProvider clock,
    ChatTemplateLimits limits
)
{
    private readonly Dictionary<string, ChatTemplate> read = new(StringComparer.Ordinal);

    /// <summary>Whether a template is given in place of the model's.</summary>
    public bool IsGiven => place is not null;

    /// <summary>A template.</summary>
    /// <param name="text">Its text, where a line has one of its own.</param>
    /// <param name="name">Its name in the folder, where a line names it.</param>
    /// <exception cref="ConcordException">It is not there, or not well formed; or there is none.</exception>
    public ChatTemplate Of(string? text, string? name)
    {
        if (text is not null)
            return Read(text, "the line");
        if (place is not null && Directory.Exists(place))
            return OfFile(InFolder(name));
        if (name is not null)
            throw new ConcordException(
                $"The line names the template \"{name}\", and --template gives no folder of templates to find it in."
            );
        if (place is not null)
            return OfFile(place);
        if (tokenizer is null)
            throw new ConcordException(
                "There is no template: give a model's folder or --template, or the line its own as \"text\"."
            );
        if (!read.TryGetValue("", out var own))
            read[""] = own = ChatTemplate.Of(tokenizer, limits).At(clock);
        return own;
    }

    private string InFolder(string? name)
    {
        if (name is null)
            throw new ConcordException($"{place} is a folder of templates, and the line names none as \"template\".");
        if (name.AsSpan().IndexOfAny('/', '\\', '\0') >= 0 || name is "" or "." or "..")
            throw new ConcordException($"\"{name}\" is no name of a template; a file's name in {place} was expected.");
        string[] files = [Path.Combine(place!, name), Path.Combine(place!, $"{name}.jinja")];
        return Array.Find(files, File.Exists)
            ?? throw new ConcordException($"{place} holds no template \"{name}\" (nor {name}.jinja).");
    }

    private ChatTemplate OfFile(string file)
    {
        if (read.TryGetValue(file, out var known))
            return known;
        return read[file] = Read(InputFile.ReadText(file, "a chat template"), file);
    }

    private ChatTemplate Read(string text, string file) =>
        ChatTemplate.Parse(text, tokenizer?.NamedTokens ?? new Dictionary<string, string>(), file, limits).At(clock);
}
