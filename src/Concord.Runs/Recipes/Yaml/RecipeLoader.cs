using Concord.Foundation;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Concord.Runs.Recipes.Yaml;

/// <summary>
/// Makes nodes of a YAML text as it is read, so that what nests too deep or repeats itself without end by aliases is
/// refused where that begins, before it takes time or memory.
/// </summary>
internal sealed class RecipeLoader
{
    private const int DeepestNesting = 16;

    // YAML's own tags, which say nothing that a value does not
    private static readonly string[] OwnTags =
    [
        .. new[] { "str", "int", "float", "bool", "null", "seq", "map" }.Select(name => $"tag:yaml.org,2002:{name}"),
    ];

    private readonly Func<int, RecipeLocation> locate;
    private readonly Parser parser;
    private readonly Dictionary<AnchorName, RecipeNode?> anchors = [];
    private long left = Limits.Current.RecipeValues;

    private RecipeLoader(string text, Func<int, RecipeLocation> locate)
    {
        this.locate = locate;
        parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The one document of a text; an empty scalar where there is none.</summary>
    /// <exception cref="ConcordException">It is not valid YAML, is several documents, or goes beyond what a recipe may
    /// have.</exception>
    public static RecipeNode Load(string text, Func<int, RecipeLocation> locate)
    {
        try
        {
            return new RecipeLoader(text, locate).Document();
        }
        catch (YamlException error)
        {
            throw locate((int)Math.Max(1, error.Start.Line))
                .Error($"this is not valid YAML: {error.Message.TrimEnd('.')}.");
        }
        // What else the library throws at such a text (an empty anchor, a character it cannot place) is its fault too.
        catch (Exception error) when (error is not (ConcordException or OutOfMemoryException))
        {
            throw locate(1).Error($"this is not valid YAML: {error.Message.Split('\n')[0].Trim().TrimEnd('.')}.");
        }
    }

    private RecipeNode Document()
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
            return new RecipeScalar(locate(1), null);
        parser.Consume<DocumentStart>();
        var root = Node(0);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out _) && parser.Accept<ParsingEvent>(out var second))
            throw At(second).Error("a recipe is one YAML document; a second begins here.");
        parser.Consume<StreamEnd>();
        return root;
    }

    private RecipeNode Node(int depth)
    {
        if (parser.TryConsume<AnchorAlias>(out var alias))
            return Repeated(alias, depth);
        var start = parser.Accept<NodeEvent>(out var node)
            ? node
            : throw new YamlException(parser.Current!.Start, parser.Current.End, "a value was expected");
        var where = At(start);
        CheckTag(start, where);
        Count(where, depth);
        if (!start.Anchor.IsEmpty)
            anchors[start.Anchor] = null; // within itself it is not complete
        var made = Made(where, depth);
        if (!start.Anchor.IsEmpty)
            anchors[start.Anchor] = made;
        return made;
    }

    private RecipeNode Made(RecipeLocation where, int depth)
    {
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<RecipeNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(Node(depth + 1));
            return new RecipeSequence(where, items);
        }
        if (parser.TryConsume<MappingStart>(out _))
        {
            var mapping = new RecipeMapping(where);
            while (!parser.TryConsume<MappingEnd>(out _))
                AddEntry(mapping, depth);
            return mapping;
        }
        var scalar = parser.Consume<Scalar>();
        return new RecipeScalar(
            where,
            scalar.Style is ScalarStyle.Plain or ScalarStyle.Any && scalar.Value is "" or "~" or "null"
                ? null
                : scalar.Value
        );
    }

    private void AddEntry(RecipeMapping mapping, int depth)
    {
        var place = At(parser.Current!);
        if (!parser.TryConsume<Scalar>(out var key))
            throw place.Error("a key must be a single word.");
        if (key.Value == "<<" && key.Style == ScalarStyle.Plain)
            throw place.Error("merge keys (<<) are not used in recipes: write the keys themselves, or take a base.");
        if (mapping.Entries.TryGetValue(key.Value, out var first))
            throw place.Error(
                $"this is not valid YAML: Duplicate key {key.Value}, first {first.Where.ToString()}; give it once."
            );
        mapping.Entries[key.Value] = (Node(depth + 1), place);
    }

    private RecipeNode Repeated(AnchorAlias alias, int depth)
    {
        if (!anchors.TryGetValue(alias.Value, out var named))
            throw At(alias).Error($"no value is named &{alias.Value} above.");
        return named is null
            ? throw At(alias).Error($"the value &{alias.Value} holds itself (*{alias.Value}), without end.")
            : Copy(named, depth);
    }

    // each place has its own nodes: what is laid over one must not change the others
    private RecipeNode Copy(RecipeNode node, int depth)
    {
        Count(node.Where, depth);
        switch (node)
        {
            case RecipeSequence sequence:
                return new RecipeSequence(node.Where, [.. sequence.Items.Select(item => Copy(item, depth + 1))]);
            case RecipeMapping mapping:
                var copy = new RecipeMapping(node.Where);
                foreach (var (key, (value, where)) in mapping.Entries)
                    copy.Entries[key] = (Copy(value, depth + 1), where);
                return copy;
            default:
                return node;
        }
    }

    private void Count(RecipeLocation where, int depth)
    {
        if (depth > DeepestNesting)
            throw where.Error($"values are nested more than {DeepestNesting} deep here.");
        if (--left < 0)
            throw where.Error(
                $"a recipe has at most {Limits.Current.RecipeValues} values, those that aliases repeat counted each "
                    + $"time; here are more (CONCORD_LIMIT_RECIPE_VALUES)."
            );
    }

    private static void CheckTag(NodeEvent node, RecipeLocation where)
    {
        if (node.Tag.IsEmpty || node.Tag.IsNonSpecific)
            return;
        if (!OwnTags.Contains(node.Tag.Value))
            throw where.Error($"tags are not used in recipes; leave {node.Tag.Value} out.");
    }

    private RecipeLocation At(ParsingEvent place) => locate((int)Math.Max(1, place.Start.Line));
}
