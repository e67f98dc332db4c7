using System.Globalization;
using System.Text;
using static Concord.Tokenization.Rendering.Templates.TemplateValues;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>
/// A chat template that has been read; renders as transformers' <c>apply_chat_template</c> does. Safe for use by many
/// threads.
/// </summary>
/// <remarks>
/// <c>strftime_now</c> is not defined: a text that says what day it is would make a reward depend on the day. Templates
/// that ask whether it is there take their own fixed date.
/// </remarks>
internal sealed class ChatTemplateProgram(string template)
{
    // Hostile templates end here rather than never.
    private const int MostSteps = 5_000_000;

    private readonly IReadOnlyList<Statement> body = TemplateParser.Parse(template);

    /// <summary>Renders with these variables.</summary>
    /// <exception cref="TemplateException">The template refuses the messages, or comes to what is not
    /// known.</exception>
    public string Render(IReadOnlyDictionary<string, object?> variables)
    {
        var run = new Execution(variables);
        run.Execute(body);
        return run.Output.ToString();
    }

    private sealed class Execution(IReadOnlyDictionary<string, object?> globals)
    {
        private static readonly Dictionary<string, object?> NoNames = [];

        private readonly List<Dictionary<string, object?>> scopes =
        [
            [],
        ];
        private int steps;

        public StringBuilder Output { get; } = new();

        public void Execute(IReadOnlyList<Statement> statements)
        {
            foreach (var statement in statements)
            {
                if (++steps > MostSteps)
                    throw new TemplateException("the template does not come to an end");
                switch (statement)
                {
                    case TextStatement text:
                        Output.Append(text.Text);
                        break;
                    case OutputStatement output:
                        Output.Append(Print(Value(output.Value)));
                        break;
                    case SetStatement { Member: null } set:
                        scopes[^1][set.Name] = Value(set.Value);
                        break;
                    case SetStatement set:
                        if (Find(set.Name) is not Namespace space)
                            throw new TemplateException($"'{set.Name}' is no namespace");
                        space.Members[set.Member!] = Value(set.Value);
                        break;
                    case IfStatement branch:
                        foreach (var (condition, then) in branch.Branches)
                        {
                            if (condition is not null && !IsTrue(Value(condition)))
                                continue;
                            Execute(then);
                            break;
                        }
                        break;
                    case ForStatement loop:
                        Loop(loop);
                        break;
                }
            }
        }

        private void Loop(ForStatement loop)
        {
            var items = Items(Value(loop.Items));
            if (loop.Condition is not null)
                items = items.Where(item => InScope(loop, item, null, () => IsTrue(Value(loop.Condition)))).ToList();
            if (items.Count == 0)
            {
                Execute(loop.Otherwise);
                return;
            }
            for (var i = 0; i < items.Count; i++)
            {
                var state = new Dictionary<string, object?>
                {
                    ["index"] = i + 1L,
                    ["index0"] = (long)i,
                    ["revindex"] = (long)(items.Count - i),
                    ["revindex0"] = items.Count - i - 1L,
                    ["first"] = i == 0,
                    ["last"] = i == items.Count - 1,
                    ["length"] = (long)items.Count,
                    ["previtem"] = i > 0 ? items[i - 1] : new Undefined("previtem"),
                    ["nextitem"] = i + 1 < items.Count ? items[i + 1] : new Undefined("nextitem"),
                };
                InScope(
                    loop,
                    items[i],
                    state,
                    () =>
                    {
                        Execute(loop.Body);
                        return true;
                    }
                );
            }
        }

        private bool InScope(ForStatement loop, object? item, Dictionary<string, object?>? state, Func<bool> action)
        {
            var scope = new Dictionary<string, object?>();
            if (loop.Names.Count == 1)
                scope[loop.Names[0]] = item;
            else if (item is List<object?> parts && parts.Count == loop.Names.Count)
                for (var i = 0; i < parts.Count; i++)
                    scope[loop.Names[i]] = parts[i];
            else
                throw new TemplateException(
                    $"{Describe(item)} cannot be taken apart into "
                        + $"{loop.Names.Count.ToString(CultureInfo.InvariantCulture)} names"
                );
            if (state is not null)
                scope["loop"] = state;
            scopes.Add(scope);
            var result = action();
            scopes.RemoveAt(scopes.Count - 1);
            return result;
        }

        private object? Find(string name)
        {
            for (var i = scopes.Count - 1; i >= 0; i--)
                if (scopes[i].TryGetValue(name, out var value))
                    return value;
            if (globals.TryGetValue(name, out var global))
                return global;
            return name switch
            {
                "raise_exception" => (Callable)(
                    (arguments, _) =>
                        throw new TemplateException($"it says: {(arguments.Count > 0 ? Print(arguments[0]) : "")}")
                ),
                "namespace" => (Callable)((_, named) => new Namespace(new Dictionary<string, object?>(named))),
                "range" => (Callable)((arguments, _) => Range(arguments)),
                _ => new Undefined(name),
            };
        }

        private static List<object?> Range(IReadOnlyList<object?> arguments)
        {
            if (arguments.Any(argument => argument is not long) || arguments.Count is not (1 or 2))
                throw new TemplateException("this use of 'range' is not known");
            var (start, stop) =
                arguments.Count == 1 ? (0L, (long)arguments[0]!) : ((long)arguments[0]!, (long)arguments[1]!);
            if (stop - start > MostSteps)
                throw new TemplateException("a range is too long");
            return [.. Enumerable.Range(0, (int)Math.Max(0, stop - start)).Select(i => (object?)(start + i))];
        }

        private object? Value(Expression expression)
        {
            if (++steps > MostSteps)
                throw new TemplateException("the template does not come to an end");
            switch (expression)
            {
                case LiteralExpression literal:
                    return literal.Value;
                case NameExpression name:
                    return Find(name.Name);
                case ListExpression list:
                    return list.Items.Select(Value).ToList();
                case DictionaryExpression dictionary:
                    return dictionary.Items.ToDictionary(item => Print(Value(item.Key)), item => Value(item.Value));
                case UnaryExpression { Sign: "not" } unary:
                    return !IsTrue(Value(unary.Operand));
                case UnaryExpression unary:
                    return Value(unary.Operand) is long number
                        ? -number
                        : throw new TemplateException("'-' before what is no whole number is not known");
                case BinaryExpression { Sign: "and" } both:
                    return Value(both.Left) is var left && IsTrue(left) ? Value(both.Right) : left;
                case BinaryExpression { Sign: "or" } either:
                    return Value(either.Left) is var first && IsTrue(first) ? first : Value(either.Right);
                case BinaryExpression binary:
                    return Binary(binary.Sign, Value(binary.Left), Value(binary.Right));
                case ConditionalExpression choice:
                    return IsTrue(Value(choice.Condition)) ? Value(choice.Then)
                        : choice.Else is null ? new Undefined("else")
                        : Value(choice.Else);
                case MemberExpression member:
                    return TemplateFunctions.Member(Value(member.Target), member.Name);
                case ItemExpression item:
                    return Item(Value(item.Target), Value(item.Index));
                case SliceExpression slice:
                    return Slice(Value(slice.Target), Whole(slice.Start), Whole(slice.Stop), Whole(slice.Step) ?? 1);
                case FilterExpression filter:
                    return TemplateFunctions.Filter(
                        filter.Name,
                        Value(filter.Input),
                        [.. filter.Arguments.Concat(filter.Named.Select(entry => entry.Value)).Select(Value)]
                    );
                case TestExpression test:
                    return TemplateFunctions.Test(
                        test.Name,
                        Value(test.Input),
                        test.Argument is null ? null : Value(test.Argument)
                    );
                case CallExpression call:
                    return Call(call);
                default:
                    throw new TemplateException("an expression is not known");
            }
        }

        private long? Whole(Expression? expression) =>
            expression is null
                ? null
                : Value(expression) switch
                {
                    null => null,
                    long number => number,
                    var other => throw new TemplateException($"{Describe(other)} is no place in a list"),
                };

        private object? Call(CallExpression call)
        {
            var name = call.Target switch
            {
                NameExpression target => target.Name,
                MemberExpression target => target.Name,
                _ => "a value",
            };
            if (Value(call.Target) is not Callable function)
                throw new TemplateException($"the function '{name}' is not known");
            var named =
                call.Named.Count == 0
                    ? NoNames
                    : call.Named.ToDictionary(entry => entry.Name, entry => Value(entry.Value));
            return function([.. call.Arguments.Select(Value)], named);
        }
    }
}
