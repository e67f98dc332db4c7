using System.Text;
using Concord.Tokenization.Rendering.Templates.Syntax;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>One rendering: runs a template's statements and collects its text.</summary>
internal sealed class Runner : ICalls
{
    private readonly ParsedTemplate template;
    private readonly Scope root;
    private readonly Meter meter;
    private readonly Evaluator evaluator;
    private readonly StringBuilder whole = new();
    private readonly List<(int Start, int End)> spans = [];
    private StringBuilder output;
    private bool escapes;

    public Runner(ParsedTemplate template, Scope root, Meter meter)
    {
        (this.template, this.root, this.meter) = (template, root, meter);
        evaluator = new Evaluator(this, meter);
        output = whole;
        var self = new Namespace();
        foreach (var (name, block) in template.Blocks)
            self.Members[name] = new Callable(name, _ => Captured(block.Body, new Scope(root)));
        root["self"] = self;
    }

    /// <summary>Where generation blocks lie in the text.</summary>
    public IReadOnlyList<(int Start, int End)> Spans => spans;

    /// <summary>The text.</summary>
    public string Run()
    {
        Body(template.Body, root);
        return whole.ToString();
    }

    private enum Way
    {
        On,
        Break,
        Continue,
    }

    private Way Body(IReadOnlyList<Statement> body, Scope scope)
    {
        for (var at = 0; at < body.Count; at++)
        {
            var statement = body[at];
            meter.Enter();
            Way way;
            try
            {
                way = One(statement, scope);
            }
            catch (TemplateException error) when (error.Line == 0)
            {
                throw error.At(statement.Line);
            }
            finally
            {
                meter.Leave();
            }
            if (way != Way.On)
                return way;
        }
        return Way.On;
    }

    private Way One(Statement statement, Scope scope)
    {
        switch (statement)
        {
            case DataStatement data:
                Write(data.Text);
                break;
            case OutputStatement print:
                foreach (var value in print.Values)
                    Print(evaluator.Value(value, scope));
                break;
            case IfStatement choice:
                foreach (var (test, body) in choice.Branches)
                    if (Python.IsTrue(evaluator.Value(test, scope)))
                        return Body(body, scope);
                return Body(choice.Else, scope);
            case ForStatement loop:
                return Loop(loop, evaluator.Value(loop.Items, scope), scope, 0);
            case SetStatement set:
                Put(set.Target, evaluator.Value(set.Value, scope), scope);
                break;
            case SetBlockStatement set:
                var text = Marked(Captured(set.Body, new Scope(scope)));
                Put(set.Target, set.Filter is null ? text : evaluator.FilteredText(set.Filter, text, scope), scope);
                break;
            case MacroStatement macro:
                scope[macro.Macro.Name!] = new MacroValue(macro.Macro, scope);
                break;
            case CallStatement call:
                PrintText(CallBlock(call, scope));
                break;
            case FilterStatement filter:
                var inner = Marked(Captured(filter.Body, new Scope(scope)));
                PrintText(evaluator.FilteredText(filter.Filter, inner, scope));
                break;
            case WithStatement with:
                var own = new Scope(scope);
                object?[] values = [.. with.Values.Select(entry => evaluator.Value(entry.Value, scope))];
                for (var at = 0; at < values.Length; at++)
                    Put(with.Values[at].Target, values[at], own);
                return Body(with.Body, own);
            case BlockStatement block:
                Body(block.Body, new Scope(block.IsScoped ? scope : root));
                break;
            case GenerationStatement generation:
                Generation(generation, scope);
                break;
            case AutoescapeStatement autoescape:
                return Autoescape(autoescape, scope);
            case BreakStatement:
                return Way.Break;
            case ContinueStatement:
                return Way.Continue;
            case RefusedStatement refused:
                throw new TemplateException($"the statement '{refused.Name}' is refused: {refused.Why}");
        }
        return Way.On;
    }

    private Way Autoescape(AutoescapeStatement statement, Scope scope)
    {
        var outside = escapes;
        escapes = Python.IsTrue(evaluator.Value(statement.On, scope));
        try
        {
            return Body(statement.Body, new Scope(scope));
        }
        finally
        {
            escapes = outside;
        }
    }

    private void Print(object? value)
    {
        var text = evaluator.Printed(value);
        Write(escapes ? Markup.Escape(value is Markup ? value : text) : text);
    }

    // What a block gives is written as it is, so that it has to be a text.
    private void PrintText(object? value)
    {
        if (Python.AsText(value) is null)
            throw new TemplateException($"a block gives {Describe.Kind(value)} where a text was expected");
        Print(value);
    }

    private object Marked(string text) => escapes ? new Markup(text) : text;

    private void Write(string text)
    {
        meter.Make((long)output.Length + text.Length > int.MaxValue ? int.MaxValue : text.Length);
        if ((long)output.Length + text.Length > meter.LongestText)
            meter.Make((long)output.Length + text.Length);
        output.Append(text);
    }

    private string Captured(IReadOnlyList<Statement> body, Scope scope)
    {
        var outside = output;
        output = new StringBuilder();
        try
        {
            Body(body, scope);
            return output.ToString();
        }
        finally
        {
            output = outside;
        }
    }

    private void Generation(GenerationStatement generation, Scope scope)
    {
        var text = Captured(generation.Body, new Scope(scope));
        // As transformers counts: from what is written out so far, which the text of a macro or a set block is not.
        var start = CodePoints.Count(whole.ToString());
        spans.Add((start, start + CodePoints.Count(text)));
        Write(text);
    }

    private Way Loop(ForStatement loop, object? items, Scope scope, int depth)
    {
        var all = Python.Items(items);
        if (loop.Test is not null)
            all = all.Where(item => Passes(loop, item, scope));
        string Recurse(object? deeper, int level) => Nested(() => Loop(loop, deeper, scope, level));
        var value = new LoopValue(loop.Test is null ? items : null, all, loop.IsRecursive ? Recurse : null, depth);
        // As in Jinja, 'else' is for a loop whose body was never gone through to its end.
        var wasWhole = false;
        while (value.Next(out var item))
        {
            meter.Spend();
            var inner = new Scope(scope);
            inner["loop"] = value;
            Put(loop.Target, item, inner);
            var way = Body(loop.Body, inner);
            wasWhole |= way == Way.On;
            if (way == Way.Break)
                break;
        }
        return wasWhole ? Way.On : Body(loop.Else, new Scope(scope));
    }

    private bool Passes(ForStatement loop, object? item, Scope scope)
    {
        var own = new Scope(scope);
        Put(loop.Target, item, own);
        return Python.IsTrue(evaluator.Value(loop.Test!, own));
    }

    private string Nested(Action render)
    {
        var outside = output;
        output = new StringBuilder();
        meter.Enter();
        try
        {
            render();
            return output.ToString();
        }
        finally
        {
            meter.Leave();
            output = outside;
        }
    }

    private object? CallBlock(CallStatement call, Scope scope)
    {
        var caller = new MacroValue(call.Caller with { Name = "caller" }, scope);
        var arguments = evaluator.Arguments(call.Call.Arguments, scope);
        return evaluator.CallWith(
            evaluator.Value(call.Call.Target, scope),
            arguments with
            {
                Named = [.. arguments.Named, KeyValuePair.Create<string, object?>("caller", caller)],
            }
        );
    }

    /// <inheritdoc/>
    public object Macro(MacroValue macro, Arguments arguments)
    {
        var scope = new MacroBinding(macro, arguments, evaluator).Scope();
        return Marked(Nested(() => Body(macro.Definition.Body, scope)));
    }

    private static void Put(Target target, object? value, Scope scope)
    {
        if (target.Items is { } targets)
        {
            var values = new List<object?>();
            foreach (var item in Python.Items(value))
            {
                values.Add(item);
                if (values.Count > targets.Count)
                    break;
            }
            if (values.Count != targets.Count)
                throw new TemplateException(
                    $"{targets.Count} values were to be taken from {Describe.Kind(value)} that has "
                        + $"{(values.Count > targets.Count ? "more" : "fewer")}",
                    target.Line
                );
            for (var at = 0; at < values.Count; at++)
                Put(targets[at], values[at], scope);
        }
        else if (target.Attribute is { } attribute)
        {
            if (!scope.TryGet(target.Name!, out var space) || space is not Namespace members)
                throw new TemplateException(
                    $"only a namespace can be set into, and '{target.Name}' is none",
                    target.Line
                );
            if (attribute.StartsWith('_'))
                throw new TemplateException($"a namespace has no hidden name '{attribute}'", target.Line);
            members.Members[attribute] = value;
        }
        else
            scope[target.Name!] = value;
    }
}
