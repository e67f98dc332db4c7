namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>A template that was read.</summary>
/// <param name="Body">Its statements.</param>
/// <param name="Blocks">Its blocks by name.</param>
/// <param name="Names">The variables that it reads.</param>
internal sealed record ParsedTemplate(
    IReadOnlyList<Statement> Body,
    IReadOnlyDictionary<string, BlockStatement> Blocks,
    IReadOnlySet<string> Names
)
{
    /// <summary>Whether a generation block stands in it.</summary>
    public bool HasGeneration { get; } = Holds(Body);

    private static bool Holds(IEnumerable<Statement> body) =>
        body.Any(statement =>
            statement switch
            {
                GenerationStatement => true,
                IfStatement one => one.Branches.Any(branch => Holds(branch.Body)) || Holds(one.Else),
                ForStatement one => Holds(one.Body) || Holds(one.Else),
                SetBlockStatement one => Holds(one.Body),
                MacroStatement one => Holds(one.Macro.Body),
                CallStatement one => Holds(one.Caller.Body),
                FilterStatement one => Holds(one.Body),
                WithStatement one => Holds(one.Body),
                BlockStatement one => Holds(one.Body),
                AutoescapeStatement one => Holds(one.Body),
                _ => false,
            }
        );
}
