using Concord.Tokenization.Rendering.Templates.Functions;
using Concord.Tokenization.Rendering.Templates.Syntax;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>
/// A chat template, read once and run any number of times: Jinja as transformers sets it up (a sandbox in which nothing
/// can be changed, <c>trim_blocks</c>, <c>lstrip_blocks</c>, loop controls, generation blocks). Safe for many threads.
/// </summary>
internal sealed class TemplateProgram
{
    private readonly ParsedTemplate template;
    private readonly ChatTemplateLimits limits;

    /// <exception cref="TemplateException">It is not well formed.</exception>
    public TemplateProgram(string text, ChatTemplateLimits limits)
    {
        if (text.Length > limits.TemplateLength)
            throw new TemplateException($"it is longer than {limits.TemplateLength} characters") { IsLimit = true };
        this.limits = limits;
        template = TemplateParser.Parse(text, limits.Nesting);
    }

    /// <summary>Whether it has generation blocks.</summary>
    public bool HasGeneration => template.HasGeneration;

    /// <summary>Whether it reads a variable of this name.</summary>
    public bool Reads(string name) => template.Names.Contains(name);

    /// <summary>The text for these variables.</summary>
    /// <exception cref="TemplateException">The template says so, comes to what has no meaning or is not known, or a
    /// limit is reached.</exception>
    public (string Text, IReadOnlyList<(int Start, int End)> Spans) Render(
        IEnumerable<KeyValuePair<string, object?>> variables,
        TimeProvider clock
    )
    {
        var meter = new Meter(limits);
        var globals = new Scope(null);
        foreach (var function in Globals.All(clock, meter))
            globals[function.Name] = function;
        var root = new Scope(globals);
        foreach (var (name, value) in variables)
            root[name] = value;
        var runner = new Runner(template, root, meter);
        return (runner.Run(), runner.Spans);
    }
}
