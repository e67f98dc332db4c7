using Concord.Tokenization.Rendering.Templates.Functions;

namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>
/// Filters and tests that are not known. As in Jinja, one is an error when the template is read, unless it stands
/// behind a condition: there it is one where it is reached.
/// </summary>
internal sealed class UnknownNames
{
    private readonly List<(string What, int Line)> found = [];

    /// <summary>Whether what is read stands directly in an <c>if</c>.</summary>
    public bool IsConditional { get; set; }

    /// <summary>How many there are so far.</summary>
    public int Count => found.Count;

    public void Filter(string name, int line)
    {
        if (!IsConditional && !Filters.Has(name))
            found.Add(($"the filter '{name}'", line));
    }

    public void Test(string name, int line)
    {
        if (!IsConditional && !Tests.Has(name))
            found.Add(($"the test '{name}'", line));
    }

    /// <summary>Those since a count stand in a conditional expression.</summary>
    public void Forgive(int count) => found.RemoveRange(count, found.Count - count);

    /// <exception cref="TemplateException">There is one.</exception>
    public void Refuse()
    {
        if (found.Count > 0)
            throw new TemplateException($"{found[0].What} is not known", found[0].Line);
    }
}
