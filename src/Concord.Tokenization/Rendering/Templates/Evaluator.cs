using System.Text;
using Concord.Tokenization.Rendering.Templates.Functions;
using Concord.Tokenization.Rendering.Templates.Syntax;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates;

/// <summary>Values of expressions.</summary>
/// <param name="calls">Calls macros, which are statements.</param>
/// <param name="meter">Ends what takes too long.</param>
internal sealed class Evaluator(ICalls calls, Meter meter)
{
    public object? Value(Expression expression, Scope scope)
    {
        meter.Enter();
        try
        {
            return Of(expression, scope);
        }
        catch (TemplateException error) when (error.Line == 0)
        {
            throw error.At(expression.Line);
        }
        finally
        {
            meter.Leave();
        }
    }

    private object? Of(Expression expression, Scope scope) =>
        expression switch
        {
            ConstantExpression constant => constant.Value,
            NameExpression name => scope.TryGet(name.Name, out var value) ? value : Undefined.Variable(name.Name),
            AttributeExpression attribute => Access.Attribute(Value(attribute.Target, scope), attribute.Name, meter),
            ItemExpression item => Item(item, scope),
            FilterExpression filter => Filtered(filter, Value(filter.Input!, scope), scope),
            TestExpression test => Tests.Apply(
                test.Name,
                Value(test.Input, scope),
                Arguments(test.Arguments, scope),
                meter
            ),
            CallExpression call => Call(call, scope),
            BinaryExpression binary => Binary(binary, scope),
            CompareExpression compare => Compare(compare, scope),
            ConcatExpression concat => Concat(concat, scope),
            UnaryExpression unary => unary.Sign == "not"
                ? !Python.IsTrue(Value(unary.Operand, scope))
                : Numbers.Signed(unary.Sign, Value(unary.Operand, scope)),
            ConditionalExpression conditional => Python.IsTrue(Value(conditional.Test, scope))
                ? Value(conditional.Then, scope)
            : conditional.Else is null
                ? new Undefined("a conditional without 'else' is undefined where its condition is false")
            : Value(conditional.Else, scope),
            SequenceExpression list => List(list, scope),
            MappingExpression mapping => Mapping(mapping, scope),
            SliceExpression => throw new TemplateException("a slice stands beside other indices"),
            _ => throw new TemplateException("an expression is not known"),
        };

    private object? Item(ItemExpression item, Scope scope)
    {
        var target = Value(item.Target, scope);
        if (item.Index is not SliceExpression slice)
            return Access.Item(target, Value(item.Index, scope), meter);
        object? Place(Expression? place) => place is null ? null : Value(place, scope);
        return Subscripts.Slice(target, Place(slice.Start), Place(slice.Stop), Place(slice.Step), meter);
    }

    /// <summary>What a filter makes of a value.</summary>
    public object? Filtered(FilterExpression filter, object? input, Scope scope) =>
        Filters.Apply(filter.Name, input, Arguments(filter.Arguments, scope), meter);

    /// <summary>What a chain of filters makes of a text; its innermost filter has no input of its own.</summary>
    public object? FilteredText(FilterExpression filter, object? text, Scope scope) =>
        Filtered(filter, filter.Input is FilterExpression inner ? FilteredText(inner, text, scope) : text, scope);

    private Sequence List(SequenceExpression list, Scope scope)
    {
        var items = new object?[list.Items.Count];
        for (var at = 0; at < items.Length; at++)
            items[at] = Value(list.Items[at], scope);
        meter.Hold(items.Length);
        return new Sequence(items, list.IsTuple);
    }

    private Mapping Mapping(MappingExpression mapping, Scope scope)
    {
        var made = new Mapping();
        foreach (var (key, value) in mapping.Items)
            made.With(Value(key, scope), Value(value, scope));
        meter.Hold(made.Count);
        return made;
    }

    private object? Binary(BinaryExpression binary, Scope scope)
    {
        var left = Value(binary.Left, scope);
        return binary.Sign switch
        {
            "and" => Python.IsTrue(left) ? Value(binary.Right, scope) : left,
            "or" => Python.IsTrue(left) ? left : Value(binary.Right, scope),
            _ => Operators.Binary(binary.Sign, left, Value(binary.Right, scope), meter),
        };
    }

    private bool Compare(CompareExpression compare, Scope scope)
    {
        var left = Value(compare.First, scope);
        foreach (var (sign, operand) in compare.Rest)
        {
            var right = Value(operand, scope);
            meter.Spend((Size.Weight(left) + Size.Weight(right)) / 256);
            if (!Operators.Compare(sign, left, right))
                return false;
            left = right;
        }
        return true;
    }

    private string Concat(ConcatExpression concat, Scope scope)
    {
        var text = new StringBuilder();
        foreach (var item in concat.Items)
        {
            var part = Printed(Value(item, scope));
            meter.Make(text.Length + (long)part.Length);
            text.Append(part);
        }
        return text.ToString();
    }

    /// <summary>A value as it is printed.</summary>
    public string Printed(object? value)
    {
        meter.Make(Size.Weight(value));
        return Python.Text(value);
    }

    private object? Call(CallExpression call, Scope scope)
    {
        var target = Value(call.Target, scope);
        if (target is Undefined missing)
            throw missing.Error();
        return CallWith(target, Arguments(call.Arguments, scope));
    }

    /// <summary>What a value gives when it is called.</summary>
    public object? CallWith(object? target, Arguments arguments) =>
        target switch
        {
            Undefined missing => throw missing.Error(),
            Callable function => function.Call(arguments),
            MacroValue macro => calls.Macro(macro, arguments),
            LoopValue loop => loop.Recurse(arguments.Bind("loop", "iterable")[0]),
            _ => throw new TemplateException($"{Describe.Kind(target)} cannot be called"),
        };

    /// <summary>The arguments of a call.</summary>
    public Arguments Arguments(CallArguments call, Scope scope)
    {
        if (ReferenceEquals(call, CallArguments.None))
            return Values.Arguments.None;
        var positional = new List<object?>(call.Positional.Count);
        foreach (var argument in call.Positional)
            positional.Add(Value(argument, scope));
        if (call.Spread is not null)
            positional.AddRange(ListFilters.Taken(Value(call.Spread, scope), meter));
        var named = new List<KeyValuePair<string, object?>>(call.Named.Count);
        foreach (var (name, value) in call.Named)
            named.Add(KeyValuePair.Create(name, Value(value, scope)));
        if (call.SpreadNamed is not null)
        {
            var spread = Value(call.SpreadNamed, scope);
            if (spread is not Mapping mapping)
                throw new TemplateException($"'**' needs a dictionary, not {Describe.Kind(spread)}");
            foreach (var (key, value) in mapping.Entries)
                named.Add(
                    KeyValuePair.Create(
                        Python.AsText(key) ?? throw new TemplateException("a name of an argument is no text"),
                        value
                    )
                );
        }
        return new Arguments(positional, named);
    }
}
