using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>
/// <c>x.name</c> and <c>x[key]</c>: the former looks for a method first, the latter for an entry; each falls back to
/// the other. What would change a value, and Python's inner workings, are not there.
/// </summary>
internal static class Access
{
    public static object? Attribute(object? target, string name, Meter meter)
    {
        if (target is Undefined missing)
            throw missing.Error();
        if (TryMember(target, name, meter, out var member))
            return member;
        return Subscripts.TryItem(target, name, out var value) ? value : Undefined.Entry(target, name);
    }

    public static object? Item(object? target, object? key, Meter meter)
    {
        if (Subscripts.TryItem(target, key, out var value))
            return value;
        if (Python.AsText(key) is { } name && TryMember(target, name, meter, out var member))
            return member;
        return Undefined.Entry(target, key);
    }

    private static bool TryMember(object? target, string name, Meter meter, out object? member)
    {
        if (name.StartsWith('_'))
        {
            member = null;
            return false;
        }
        switch (target)
        {
            case Namespace space:
                return space.Members.TryGetValue(name, out member);
            case IAttributes with:
                return with.TryGet(name, out member);
            case Sequence { Names: { } names } group when names.ToList().IndexOf(name) is >= 0 and var place:
                member = group.Items[place];
                return true;
        }
        var method = target switch
        {
            string or Markup => TextMethods.Find(target, name, meter),
            Sequence list => ListMethods.Find(list, name),
            Mapping mapping => MappingMethods.Find(mapping, name),
            RangeValue range => ListMethods.Find(range, name),
            bool or BigInteger or double => NumberMethods.Find(target, name),
            _ => null,
        };
        member = method is null ? null : new Callable(name, method);
        return method is not null;
    }
}
