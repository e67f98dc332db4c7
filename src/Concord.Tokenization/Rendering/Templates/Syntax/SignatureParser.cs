namespace Concord.Tokenization.Rendering.Templates.Syntax;

/// <summary>The parameters of a macro and of what a call block gives, with the defaults of the last ones.</summary>
internal sealed class SignatureParser(TokenStream tokens, ExpressionParser expressions)
{
    public (IReadOnlyList<string> Parameters, IReadOnlyList<Expression> Defaults) Read()
    {
        var parameters = new List<string>();
        var defaults = new List<Expression>();
        tokens.Expect("(");
        while (!tokens.Current.Is(")"))
        {
            if (parameters.Count > 0)
                tokens.Expect(",");
            var name = tokens.ExpectName();
            if (parameters.Contains(name))
                throw new TemplateException($"the parameter '{name}' is named twice", tokens.Line);
            if (tokens.SkipIf("="))
                defaults.Add(expressions.Read());
            else if (defaults.Count > 0)
                throw new TemplateException($"the parameter '{name}' needs a default, as those before it", tokens.Line);
            parameters.Add(name);
        }
        tokens.Expect(")");
        return (parameters, defaults);
    }
}
