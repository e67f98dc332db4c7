using System.Numerics;

namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>Methods of lists, tuples and ranges that change nothing.</summary>
internal static class ListMethods
{
    public static Func<Arguments, object?>? Find(object list, string name) =>
        name switch
        {
            "count" => arguments =>
            {
                var item = arguments.Bind("count", "value")[0];
                return new BigInteger(Python.Items(list).Count(other => Python.AreEqual(other, item)));
            },
            "index" => arguments => Index(list, arguments.Bind("index", "value", "start?", "stop?")),
            "copy" when list is Sequence { IsTuple: false } => arguments =>
            {
                arguments.Bind("copy");
                return list;
            },
            _ => null,
        };

    private static BigInteger Index(object list, BoundArguments arguments)
    {
        object?[] items = [.. Python.Items(list)];
        int Place(int given) => Math.Clamp(given < 0 ? given + items.Length : given, 0, items.Length);
        for (var at = Place(arguments.Int(1, 0)); at < Place(arguments.Int(2, int.MaxValue)); at++)
            if (Python.AreEqual(items[at], arguments[0]))
                return new BigInteger(at);
        throw new TemplateException("'index' looks for a value that is not in the list");
    }
}
